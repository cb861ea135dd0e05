using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>y = w · x / sqrt(mean(x²) + ε), each row for itself, with w frozen. Source: arXiv:1910.07467.</summary>
/// <param name="weight">w [length], F32.</param>
/// <param name="epsilon">ε.</param>
internal sealed class RmsNorm(GgmlTensor weight, float epsilon) : Norm
{
    public override GgmlTensor Forward(LayerGraph graph, GgmlTensor x) => graph.Operations.Multiply(graph.Operations.RmsNorm(x, epsilon), weight);

    /// <summary>With n(x) = x / rms(x): dx = n'(x)ᵀ (w · dy) = (w·dy − n mean(w·dy·n)) / rms.</summary>
    public override GgmlTensor Backward(LayerGraph graph, GgmlTensor x, GgmlTensor dy) => graph.Operations.RmsNormBackward(graph.Operations.Multiply(dy, weight), x, epsilon);
}
