using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>Brings rows to a common size, each for itself, with frozen weights.</summary>
internal abstract class Norm
{
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="x">[length, ...].</param>
    public abstract GgmlTensor Forward(LayerGraph graph, GgmlTensor x);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="x">The input of the forward pass.</param>
    /// <param name="dy">Gradient of its output.</param>
    /// <returns>dx, as x.</returns>
    public abstract GgmlTensor Backward(LayerGraph graph, GgmlTensor x, GgmlTensor dy);
}
