using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Architectures;

/// <summary>The first Gemma, CodeGemma included: as llama, with a gate of GELU and embeddings times √width. Sources: arXiv:2403.08295, llama.cpp's src/models/gemma.cpp.</summary>
/// <remarks>convert_hf_to_gguf has added the 1 that Gemma's norms add to their weights.</remarks>
internal sealed class GemmaArchitecture : Architecture
{
    public override string Name => "gemma";

    protected override RotaryPairing Pairing => RotaryPairing.Halves;

    public override ModelShape ReadShape(GgufFile file)
    {
        ModelShape shape = base.ReadShape(file);
        return shape with { EmbeddingScale = MathF.Sqrt(shape.Width) };
    }

    public override TransformerBlock CreateBlock(BlockParts parts) => new PreNormBlock(
        parts.Shape,
        parts.RmsNorm("attn_norm", parts.Shape.Width),
        parts.Attention(),
        parts.RmsNorm("ffn_norm", parts.Shape.Width),
        parts.GatedFeedForward(new Gelu()));
}
