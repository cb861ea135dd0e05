using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Layers;

namespace LocalCopilot.Training.Architectures;

/// <summary>Qwen2 and Qwen2.5, Coder included: as llama, with a bias on q, k and v. Source: arXiv:2407.10671.</summary>
/// <remarks>Biases are frozen: a projection adds the one that its file has, and the gradient passes it unchanged.</remarks>
internal sealed class Qwen2Architecture : Architecture
{
    public override string Name => "qwen2";

    protected override RotaryPairing Pairing => RotaryPairing.Halves;

    public override TransformerBlock CreateBlock(BlockParts parts) => new PreNormBlock(
        parts.Shape,
        parts.RmsNorm("attn_norm", parts.Shape.Width),
        parts.Attention(),
        parts.RmsNorm("ffn_norm", parts.Shape.Width),
        parts.GatedFeedForward(new Silu()));
}
