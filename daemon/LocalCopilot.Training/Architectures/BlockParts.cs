using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Architectures;

/// <summary>Makes the layers of one block from the tensors <c>blk.N.*</c> of the model's file.</summary>
internal sealed class BlockParts(ModelParts model, int layer)
{
    public ModelShape Shape => model.Shape;

    /// <summary>Rotary embedding, with the file's frequency factors where it has some.</summary>
    public RotaryEmbedding Rotary => model.Rotary;

    /// <summary>A norm with its weight.</summary>
    /// <param name="name">Without prefix and suffix, e.g. <c>attn_norm</c>.</param>
    /// <param name="length">Elements of a row.</param>
    public RmsNorm RmsNorm(string name, int length) => model.RmsNorm(Full(name), length);

    /// <summary>A layer norm with its weight and bias.</summary>
    /// <param name="name">Without prefix and suffix, e.g. <c>attn_norm</c>.</param>
    /// <param name="length">Elements of a row.</param>
    public LayerNorm LayerNorm(string name, int length) => model.LayerNorm(Full(name), length);

    /// <summary>A frozen matrix with its LoRA pair, and its bias where the file has one.</summary>
    /// <param name="name">Without prefix and suffix, e.g. <c>attn_q</c>.</param>
    /// <param name="inputs">Elements of an input.</param>
    /// <param name="outputs">Elements of an output.</param>
    public LoraProjection Projection(string name, int inputs, int outputs) => model.Projection(Full(name), inputs, outputs);

    /// <summary>The feed-forward network with its three projections.</summary>
    public GatedFeedForward GatedFeedForward(Activation activation) => new(
        Projection("ffn_gate", Shape.Width, Shape.FeedForwardLength),
        Projection("ffn_up", Shape.Width, Shape.FeedForwardLength),
        Projection("ffn_down", Shape.FeedForwardLength, Shape.Width),
        activation);

    /// <summary>The feed-forward network with two projections.</summary>
    public UngatedFeedForward UngatedFeedForward(Activation activation) => new(
        Projection("ffn_up", Shape.Width, Shape.FeedForwardLength),
        Projection("ffn_down", Shape.FeedForwardLength, Shape.Width),
        activation);

    /// <summary>Attention with its four projections.</summary>
    public SelfAttention Attention(Norm? queryNorm = null, Norm? keyNorm = null) => new(
        Shape,
        Projection("attn_q", Shape.Width, Shape.QueryLength),
        Projection("attn_k", Shape.Width, Shape.KeyLength),
        Projection("attn_v", Shape.Width, Shape.KeyLength),
        Projection("attn_output", Shape.QueryLength, Shape.Width),
        Rotary,
        queryNorm,
        keyNorm);

    private string Full(string name) => $"blk.{layer}.{name}";
}
