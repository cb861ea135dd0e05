using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>y = Wo attention(rotate(norm(Wq x)), rotate(norm(Wk x)), Wv x); the norms only where an architecture has them.</summary>
internal sealed class SelfAttention(
    ModelShape shape,
    LoraProjection query,
    LoraProjection key,
    LoraProjection value,
    LoraProjection output,
    RotaryEmbedding rotary,
    Norm? queryNorm = null,
    Norm? keyNorm = null)
{
    /// <summary>What the derivative needs of a forward pass.</summary>
    public sealed record State(LoraProjection.State Query, LoraProjection.State Key, LoraProjection.State Value, AttentionCore.State Mixed, LoraProjection.State Output);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="x">[width, tokens].</param>
    public State Forward(LayerGraph graph, GgmlTensor x)
    {
        LoraProjection.State q = query.Forward(graph, x);
        LoraProjection.State k = key.Forward(graph, x);
        LoraProjection.State v = value.Forward(graph, x);
        AttentionCore.State mixed = graph.Attention.Forward(
            graph,
            rotary.Forward(graph, Normed(graph, queryNorm, ByHead(graph, q.Output, shape.Heads))),
            rotary.Forward(graph, Normed(graph, keyNorm, ByHead(graph, k.Output, shape.KeyValueHeads))),
            ByHead(graph, v.Output, shape.KeyValueHeads));
        return new(q, k, v, mixed, output.Forward(graph, mixed.Output));
    }

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="state">Of the forward pass.</param>
    /// <param name="dy">[width, tokens].</param>
    /// <param name="wantInput">Whether dx is needed.</param>
    /// <returns>dx [width, tokens]: the sum of what q, k and v send back.</returns>
    public GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy, bool wantInput)
    {
        GgmlTensor dMixed = output.Backward(graph, state.Output, dy, wantInput: true);
        AttentionCore.Gradients mixed = graph.Attention.Backward(graph, state.Mixed, dMixed);
        GgmlTensor dq = NormedBackward(graph, queryNorm, state.Query.Output, rotary.Backward(graph, mixed.Query), shape.Heads);
        GgmlTensor dk = NormedBackward(graph, keyNorm, state.Key.Output, rotary.Backward(graph, mixed.Key), shape.KeyValueHeads);
        GgmlTensor dv = graph.Operations.Reshape(mixed.Value, shape.KeyLength, dy.Length(1));
        GgmlTensor dx = query.Backward(graph, state.Query, dq, wantInput);
        dx = key.Backward(graph, state.Key, dk, wantInput, dx);
        return value.Backward(graph, state.Value, dv, wantInput, dx);
    }

    private static GgmlTensor Normed(LayerGraph graph, Norm? norm, GgmlTensor heads) => norm is null ? heads : norm.Forward(graph, heads);

    private GgmlTensor ByHead(LayerGraph graph, GgmlTensor x, int heads) => graph.Operations.Reshape(x, shape.HeadLength, heads, x.Length(1));

    private GgmlTensor NormedBackward(LayerGraph graph, Norm? norm, GgmlTensor projected, GgmlTensor gradient, int heads)
    {
        GgmlTensor d = norm is null ? gradient : norm.Backward(graph, ByHead(graph, projected, heads), gradient);
        return graph.Operations.Reshape(d, (long)heads * shape.HeadLength, projected.Length(1));
    }
}
