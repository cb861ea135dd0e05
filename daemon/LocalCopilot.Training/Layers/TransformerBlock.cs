using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>One layer of a transformer.</summary>
internal abstract class TransformerBlock
{
    /// <summary>What the derivative needs of a forward pass.</summary>
    /// <param name="Input">[width, tokens].</param>
    /// <param name="Output">[width, tokens].</param>
    public abstract record State(GgmlTensor Input, GgmlTensor Output);

    public abstract State Forward(LayerGraph graph, GgmlTensor x);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="state">Of the forward pass.</param>
    /// <param name="dy">[width, tokens].</param>
    /// <param name="wantInput">Whether dx is needed; below the first layer nothing is trained.</param>
    /// <returns>dx [width, tokens]; <c>default</c> where it is not wanted.</returns>
    public abstract GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy, bool wantInput);
}

/// <summary>The block of llama and its kin: m = x + attention(norm(x)), y = m + feedForward(norm(m)).</summary>
internal sealed class PreNormBlock(RmsNorm attentionNorm, SelfAttention attention, RmsNorm feedForwardNorm, GatedFeedForward feedForward) : TransformerBlock
{
    private sealed record Saved(GgmlTensor Input, SelfAttention.State Attention, GgmlTensor Middle, GatedFeedForward.State FeedForward, GgmlTensor Output)
        : State(Input, Output);

    public override State Forward(LayerGraph graph, GgmlTensor x)
    {
        SelfAttention.State attended = attention.Forward(graph, attentionNorm.Forward(graph, x));
        GgmlTensor middle = graph.Operations.Add(attended.Output.Output, x);
        GatedFeedForward.State fed = feedForward.Forward(graph, feedForwardNorm.Forward(graph, middle));
        return new Saved(x, attended, middle, fed, graph.Operations.Add(fed.Down.Output, middle));
    }

    /// <summary>dm = dy + norm'(m)ᵀ feedForward'ᵀ dy, dx = dm + norm'(x)ᵀ attention'ᵀ dm.</summary>
    public override GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy, bool wantInput)
    {
        Saved saved = (Saved)state;
        GgmlTensor dMiddle = graph.Operations.Add(feedForwardNorm.Backward(graph, saved.Middle, feedForward.Backward(graph, saved.FeedForward, dy)), dy);
        GgmlTensor dNormed = attention.Backward(graph, saved.Attention, dMiddle, wantInput);
        return wantInput ? graph.Operations.Add(attentionNorm.Backward(graph, saved.Input, dNormed), dMiddle) : default;
    }
}
