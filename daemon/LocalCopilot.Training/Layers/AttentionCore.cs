using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>
/// Grouped-query attention: each token's heads mix the values of the tokens of its own sample up to itself.
/// P = softmax(s q·k) over the tokens that are seen, o = P v; query head i uses key and value head i / (heads / key-value heads); s is 1 / √n in most families.
/// Sources: arXiv:1706.03762, arXiv:2305.13245.
/// </summary>
internal abstract class AttentionCore(ModelShape shape)
{
    protected ModelShape Shape { get; } = shape;

    /// <summary>What the derivative needs of a forward pass.</summary>
    /// <param name="Query">q [head length, heads, tokens].</param>
    /// <param name="Key">k [head length, key-value heads, tokens].</param>
    /// <param name="Value">v, as k.</param>
    /// <param name="Weights">What the kind of attention keeps: P [tokens, tokens, heads], or its own result.</param>
    /// <param name="Output">o [heads · head length, tokens].</param>
    public readonly record struct State(GgmlTensor Query, GgmlTensor Key, GgmlTensor Value, GgmlTensor Weights, GgmlTensor Output);

    /// <summary>Gradients of the inputs, in their shapes.</summary>
    public readonly record struct Gradients(GgmlTensor Query, GgmlTensor Key, GgmlTensor Value);

    public abstract State Forward(LayerGraph graph, GgmlTensor query, GgmlTensor key, GgmlTensor value);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="state">Of the forward pass.</param>
    /// <param name="gradient">do [heads · head length, tokens].</param>
    public abstract Gradients Backward(LayerGraph graph, State state, GgmlTensor gradient);
}

/// <summary>Attention as plain nodes of ggml, with a dense mask.</summary>
/// <remarks>
/// Keys and values are not repeated for the heads that share them: those heads' rows are laid one after another, [n, tokens · group,
/// key-value heads], so the sum over them in dk and dv is part of the products.
/// </remarks>
internal sealed class GgmlAttention(ModelShape shape) : AttentionCore(shape)
{
    private int Group => Shape.Heads / Shape.KeyValueHeads;

    public override State Forward(LayerGraph graph, GgmlTensor query, GgmlTensor key, GgmlTensor value)
    {
        GgmlContext operations = graph.Operations;
        long tokens = query.Length(2);
        GgmlTensor scores = operations.MatrixProduct(ByHead(operations, key), Grouped(operations, query, tokens));
        GgmlTensor weights = operations.SoftMax(operations.Reshape(scores, tokens, tokens, Shape.Heads), graph.Inputs.Mask, Shape.AttentionScale);

        // [tokens, n, key-value heads], so that the product runs over tokens.
        GgmlTensor values = operations.Contiguous(operations.Permute(value, 1, 2, 0, 3));
        GgmlTensor mixed = operations.MatrixProduct(values, operations.Reshape(weights, tokens, tokens * Group, Shape.KeyValueHeads));
        return new(query, key, value, weights, operations.Reshape(Ungrouped(operations, mixed, tokens), Shape.QueryLength, tokens));
    }

    /// <summary>
    /// dv = Pᵀ do; dP = do vᵀ; dS = s P · (dP − Σ P·dP); dq = dS k; dk = dSᵀ q.
    /// </summary>
    public override Gradients Backward(LayerGraph graph, State state, GgmlTensor gradient)
    {
        GgmlContext operations = graph.Operations;
        long tokens = state.Query.Length(2);
        GgmlTensor dOutput = Grouped(operations, operations.Reshape(gradient, Shape.HeadLength, Shape.Heads, tokens), tokens);
        GgmlTensor weights = operations.Reshape(state.Weights, tokens, tokens * Group, Shape.KeyValueHeads);
        GgmlTensor dValue = operations.OuterProduct(dOutput, weights);
        GgmlTensor dWeights = operations.MatrixProduct(ByHead(operations, state.Value), dOutput);
        GgmlTensor dScores = operations.SoftMaxBackwardInPlace(operations.Reshape(dWeights, tokens, tokens, Shape.Heads), state.Weights, Shape.AttentionScale);
        dScores = operations.Reshape(dScores, tokens, tokens * Group, Shape.KeyValueHeads);
        GgmlTensor dQuery = operations.MatrixProduct(operations.Contiguous(operations.Permute(state.Key, 1, 2, 0, 3)), dScores);
        GgmlTensor dKey = operations.OuterProduct(Grouped(operations, state.Query, tokens), dScores);
        return new(
            Ungrouped(operations, dQuery, tokens),
            operations.Contiguous(operations.Permute(dKey, 0, 2, 1, 3)),
            operations.Contiguous(operations.Permute(dValue, 0, 2, 1, 3)));
    }

    /// <summary>[n, key-value heads, tokens] as [n, tokens, key-value heads]; a view, which first operands may be.</summary>
    private static GgmlTensor ByHead(GgmlContext operations, GgmlTensor a) => operations.Permute(a, 0, 2, 1, 3);

    /// <summary>[n, heads, tokens] to [n, tokens · group, key-value heads].</summary>
    private GgmlTensor Grouped(GgmlContext operations, GgmlTensor a, long tokens) =>
        operations.Reshape(operations.Contiguous(operations.Permute(a, 0, 2, 1, 3)), Shape.HeadLength, tokens * Group, Shape.KeyValueHeads);

    /// <summary>[n, tokens · group, key-value heads] to [n, heads, tokens].</summary>
    private GgmlTensor Ungrouped(GgmlContext operations, GgmlTensor a, long tokens) =>
        operations.Contiguous(operations.Permute(operations.Reshape(a, Shape.HeadLength, tokens, Shape.Heads), 0, 2, 1, 3));
}
