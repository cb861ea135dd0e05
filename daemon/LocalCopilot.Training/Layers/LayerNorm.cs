using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>y = w · c(x) / sqrt(mean(c(x)²) + ε) + b with c(x) = x − mean(x), w and b frozen: the norm of <see cref="RmsNorm"/> behind a centering. Source: arXiv:1607.06450.</summary>
/// <param name="weight">w [length], F32.</param>
/// <param name="bias">b [length], F32.</param>
/// <param name="epsilon">ε.</param>
internal sealed class LayerNorm(GgmlTensor weight, GgmlTensor bias, float epsilon) : Norm
{
    private readonly RmsNorm _norm = new(weight, epsilon);

    public override GgmlTensor Forward(LayerGraph graph, GgmlTensor x) => graph.Operations.Add(_norm.Forward(graph, Centered(graph, x)), bias);

    /// <summary>c is linear and its own transpose: dx = c(norm'(c(x))ᵀ dy).</summary>
    public override GgmlTensor Backward(LayerGraph graph, GgmlTensor x, GgmlTensor dy) => Centered(graph, _norm.Backward(graph, Centered(graph, x), dy));

    private static GgmlTensor Centered(LayerGraph graph, GgmlTensor x) =>
        graph.Operations.Add(x, graph.Operations.Scale(graph.Operations.SumRows(x), -1f / x.Length(0)));
}
