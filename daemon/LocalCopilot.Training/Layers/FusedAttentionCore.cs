using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>Attention as operations of our own, for the processor: computes only what is seen, and keeps no scores.</summary>
internal sealed class FusedAttentionCore(ModelShape shape) : AttentionCore(shape)
{
    public override State Forward(LayerGraph graph, GgmlTensor query, GgmlTensor key, GgmlTensor value)
    {
        GgmlTensor result = graph.Operations.FusedAttentionForward(query, key, value, graph.Inputs.Starts, Shape.AttentionScale);
        return new(query, key, value, result, graph.Operations.Columns(result, 0, Shape.QueryLength));
    }

    public override Gradients Backward(LayerGraph graph, State state, GgmlTensor gradient)
    {
        GgmlContext operations = graph.Operations;
        GgmlTensor gradients = operations.FusedAttentionBackward(state.Query, state.Key, state.Value, state.Weights, gradient, graph.Inputs.Starts, Shape.AttentionScale);
        int group = Shape.Heads / Shape.KeyValueHeads;
        return new(
            operations.FusedHeadSums(gradients, 0, Shape.HeadLength, Shape.Heads, 1),
            operations.FusedHeadSums(gradients, 1, Shape.HeadLength, Shape.KeyValueHeads, group),
            operations.FusedHeadSums(gradients, 2, Shape.HeadLength, Shape.KeyValueHeads, group));
    }
}
