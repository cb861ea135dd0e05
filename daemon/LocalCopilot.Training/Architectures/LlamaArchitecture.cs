using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Layers;

namespace LocalCopilot.Training.Architectures;

/// <summary>Llama 1 to 3, SmolLM, Mistral and others of the kind; the embedded model too. Source: arXiv:2302.13971.</summary>
internal sealed class LlamaArchitecture : Architecture
{
    public override string Name => "llama";

    /// <remarks>convert_hf_to_gguf reorders the rows of Wq and Wk so that pairs are neighbours.</remarks>
    public override PeftLayout Peft => PeftLayout.Usual with { PermutesQueryAndKey = true };

    protected override RotaryPairing Pairing => RotaryPairing.Adjacent;

    public override TransformerBlock CreateBlock(BlockParts parts) => new PreNormBlock(
        parts.Shape,
        parts.RmsNorm("attn_norm", parts.Shape.Width),
        parts.Attention(),
        parts.RmsNorm("ffn_norm", parts.Shape.Width),
        parts.GatedFeedForward(new Silu()));
}
