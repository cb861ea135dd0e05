namespace LocalCopilot.Training.Data;

/// <summary>A text to learn from, as tokens.</summary>
/// <param name="Tokens">All of it: prompt, then what the model is to write.</param>
/// <param name="FirstTarget">Index of the first token that is learned, at least 1: nothing comes before token 0 to tell it from.</param>
public sealed record TrainingSample(IReadOnlyList<int> Tokens, int FirstTarget)
{
    /// <summary>Tokens that are learned.</summary>
    public int Targets => Tokens.Count - FirstTarget;
}
