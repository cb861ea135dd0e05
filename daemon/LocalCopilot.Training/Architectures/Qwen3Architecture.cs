using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Layers;

namespace LocalCopilot.Training.Architectures;

/// <summary>Qwen3: as llama, with a norm on each query and key head before it is rotated. Source: arXiv:2505.09388.</summary>
internal sealed class Qwen3Architecture : Architecture
{
    public override string Name => "qwen3";

    protected override RotaryPairing Pairing => RotaryPairing.Halves;

    public override TransformerBlock CreateBlock(BlockParts parts) => new PreNormBlock(
        parts.Shape,
        parts.RmsNorm("attn_norm", parts.Shape.Width),
        parts.Attention(parts.RmsNorm("attn_q_norm", parts.Shape.HeadLength), parts.RmsNorm("attn_k_norm", parts.Shape.HeadLength)),
        parts.RmsNorm("ffn_norm", parts.Shape.Width),
        parts.GatedFeedForward(new Silu()));
}
