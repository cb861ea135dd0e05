using System.Globalization;

namespace LocalCopilot.Training;

/// <summary>The loss or its gradient is no number any more. The adapter is as it was before that step.</summary>
public sealed class DivergedException(int step, double loss) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"Training diverged at step {step + 1}: the loss is {loss}. The numbers of the step before are kept. Use a lower learning rate or a longer warmup."))
{
    /// <summary>The step that failed, from 0.</summary>
    public int Step { get; } = step;
}
