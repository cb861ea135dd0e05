using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>The block of llama and its kin: m = x + s attention(norm(x)), y = m + s feedForward(norm(m)), with s the shape's residual scale.</summary>
internal sealed class PreNormBlock(ModelShape shape, Norm attentionNorm, SelfAttention attention, Norm feedForwardNorm, FeedForward feedForward) : TransformerBlock
{
    private sealed record Saved(GgmlTensor Input, SelfAttention.State Attention, GgmlTensor Middle, FeedForward.State FeedForward, GgmlTensor Output)
        : State(Input, Output);

    public override State Forward(LayerGraph graph, GgmlTensor x)
    {
        SelfAttention.State attended = attention.Forward(graph, attentionNorm.Forward(graph, x));
        GgmlTensor middle = graph.Operations.Add(graph.Scaled(attended.Output.Output, shape.ResidualScale), x);
        FeedForward.State fed = feedForward.Forward(graph, feedForwardNorm.Forward(graph, middle));
        return new Saved(x, attended, middle, fed, graph.Operations.Add(graph.Scaled(fed.Output, shape.ResidualScale), middle));
    }

    /// <summary>dm = dy + s norm'(m)ᵀ feedForward'ᵀ dy, dx = dm + s norm'(x)ᵀ attention'ᵀ dm.</summary>
    public override GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy, bool wantInput)
    {
        Saved saved = (Saved)state;
        GgmlTensor dFed = feedForward.Backward(graph, saved.FeedForward, graph.Scaled(dy, shape.ResidualScale));
        GgmlTensor dMiddle = graph.Operations.Add(feedForwardNorm.Backward(graph, saved.Middle, dFed), dy);
        GgmlTensor dNormed = attention.Backward(graph, saved.Attention, graph.Scaled(dMiddle, shape.ResidualScale), wantInput);
        return wantInput ? graph.Operations.Add(attentionNorm.Backward(graph, saved.Input, dNormed), dMiddle) : default;
    }
}
