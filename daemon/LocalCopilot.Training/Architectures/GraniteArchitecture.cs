using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Architectures;

/// <summary>Granite 3 and later, without experts: as llama, with factors on embeddings, attention, residuals and logits. Source: llama.cpp's src/models/granite.cpp.</summary>
internal sealed class GraniteArchitecture : Architecture
{
    public override string Name => "granite";

    /// <remarks>convert_hf_to_gguf reorders the rows of Wq and Wk as llama's.</remarks>
    public override PeftLayout Peft => PeftLayout.Usual with { PermutesQueryAndKey = true };

    protected override RotaryPairing Pairing => RotaryPairing.Adjacent;

    public override ModelShape ReadShape(GgufFile file)
    {
        if (file.Metadata.GetValueOrDefault($"{Name}.rope.scaling.finetuned") is false)
        {
            throw new TrainingException($"{file.Path} was trained without a rotary embedding ({Name}.rope.scaling.finetuned is false), which cannot be trained here. Use a model with one.");
        }

        ModelShape shape = base.ReadShape(file);
        return shape with
        {
            EmbeddingScale = Factor("embedding_scale") ?? 1,
            AttentionScale = Factor("attention.scale") ?? shape.AttentionScale,
            ResidualScale = Factor("residual_scale") ?? 1,
            LogitScale = 1 / (Factor("logit_scale") ?? 1),
        };

        // 0 is none, as to llama.cpp. Logits are divided by theirs.
        float? Factor(string key) => file.Fraction($"{Name}.{key}") switch
        {
            null or 0 => null,
            > 0 and < float.PositiveInfinity and var factor => factor,
            var other => throw new TrainingException($"{file.Path}: {Name}.{key} is {other}; it must be greater than 0. Convert the model anew with a current llama.cpp."),
        };
    }

    public override TransformerBlock CreateBlock(BlockParts parts) => new PreNormBlock(
        parts.Shape,
        parts.RmsNorm("attn_norm", parts.Shape.Width),
        parts.Attention(),
        parts.RmsNorm("ffn_norm", parts.Shape.Width),
        parts.GatedFeedForward(new Silu()));
}
