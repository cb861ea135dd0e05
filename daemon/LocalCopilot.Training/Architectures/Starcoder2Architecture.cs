using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Architectures;

/// <summary>StarCoder2: layer norms, a feed-forward network without a gate, and a bias on every projection. Sources: arXiv:2402.19173, llama.cpp's src/models/starcoder2.cpp.</summary>
internal sealed class Starcoder2Architecture : Architecture
{
    public override string Name => "starcoder2";

    public override PeftLayout Peft => PeftLayout.Usual.With(("ffn_up", "mlp.c_fc"), ("ffn_down", "mlp.c_proj"));

    protected override RotaryPairing Pairing => RotaryPairing.Halves;

    public override ModelShape ReadShape(GgufFile file) => ModelShape.Read(file, Pairing, "attention.layer_norm_epsilon") with { FeedForwardMatrices = 2 };

    public override TransformerBlock CreateBlock(BlockParts parts) => new PreNormBlock(
        parts.Shape,
        parts.LayerNorm("attn_norm", parts.Shape.Width),
        parts.Attention(),
        parts.LayerNorm("ffn_norm", parts.Shape.Width),
        parts.UngatedFeedForward(new Gelu()));

    public override Norm CreateOutputNorm(ModelParts model) => model.LayerNorm("output_norm", model.Shape.Width);
}
