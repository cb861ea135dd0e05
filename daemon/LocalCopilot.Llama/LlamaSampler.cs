using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>Draws tokens from logits: greedy, or at random with a seed.</summary>
/// <remarks>Used by one thread at a time.</remarks>
public sealed class LlamaSampler : IDisposable
{
    private readonly LlamaSamplerHandle _chain;

    private LlamaSampler(params ReadOnlySpan<nint> samplers)
    {
        _chain = new(LlamaNative.SamplerChainInit(LlamaNative.SamplerChainDefaultParams()));
        foreach (nint sampler in samplers)
        {
            // The chain owns them from here on.
            LlamaNative.SamplerChainAdd(_chain, sampler);
        }
    }

    /// <summary>Takes the most likely token.</summary>
    public static LlamaSampler Greedy()
    {
        LlamaRuntime.Load();
        return new(LlamaNative.SamplerGreedy());
    }

    /// <summary>Draws from the most likely tokens.</summary>
    /// <param name="seed">The same seed draws the same tokens.</param>
    /// <param name="temperature">Divides the logits; above 0, 1 leaves them.</param>
    /// <param name="topK">Tokens that can be drawn, at most; 0 or less: all.</param>
    /// <param name="topP">Of these the most likely ones that together have this probability, 0..1.</param>
    public static LlamaSampler Random(uint seed, float temperature = 0.8f, int topK = 40, float topP = 0.95f)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        LlamaRuntime.Load();
        return new(LlamaNative.SamplerTopK(topK), LlamaNative.SamplerTopP(topP, 1), LlamaNative.SamplerTemperature(temperature), LlamaNative.SamplerDistribution(seed));
    }

    /// <summary>Draws the token after a row of the context's last batch.</summary>
    public int Sample(LlamaContext context, int row)
    {
        // The library ends the process where a row gave no logits; this throws.
        context.Logits(row);
        return LlamaNative.SamplerSample(_chain, context.Handle, row);
    }

    /// <inheritdoc/>
    public void Dispose() => _chain.Dispose();
}
