using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>Rotates pairs of elements of each head by position · frequency. Source: RoFormer, arXiv:2104.09864.</summary>
/// <param name="parameters">Pairs and frequencies.</param>
/// <param name="factors">[rotated / 2], divisors of the frequencies; <c>default</c>: none.</param>
internal sealed class RotaryEmbedding(RotaryParameters parameters, GgmlTensor factors)
{
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="x">[head length, heads, tokens].</param>
    public GgmlTensor Forward(LayerGraph graph, GgmlTensor x) => graph.Operations.Rotate(x, graph.Inputs.Positions, factors, parameters);

    /// <summary>A rotation's transpose is its inverse: dx is dy rotated back.</summary>
    public GgmlTensor Backward(LayerGraph graph, GgmlTensor dy) => graph.Operations.RotateBackward(dy, graph.Inputs.Positions, factors, parameters);
}
