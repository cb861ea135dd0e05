using System.Numerics.Tensors;

namespace LocalCopilot.Daemon.Engine;

internal static class LogProbability
{
    /// <summary>Natural-log probability of one token: its logit less the logarithm of the sum of all exponentials.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="scratch">[vocabulary]; overwritten.</param>
    public static double Of(int token, ReadOnlySpan<float> logits, Span<float> scratch)
    {
        float largest = TensorPrimitives.Max(logits);
        Span<float> shifted = scratch[..logits.Length];
        TensorPrimitives.Subtract(logits, largest, shifted);
        TensorPrimitives.Exp(shifted, shifted);
        return logits[token] - largest - Math.Log(TensorPrimitives.Sum<float>(shifted));
    }
}
