using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>The f of a feed-forward network, element by element.</summary>
internal abstract class Activation
{
    /// <summary>f(x).</summary>
    public abstract GgmlTensor Forward(LayerGraph graph, GgmlTensor x);

    /// <summary>f'(x) · dy.</summary>
    public abstract GgmlTensor Backward(LayerGraph graph, GgmlTensor x, GgmlTensor dy);

    /// <summary>f(gate) · up.</summary>
    public virtual GgmlTensor Gate(LayerGraph graph, GgmlTensor gate, GgmlTensor up) => graph.Operations.Multiply(Forward(graph, gate), up);

    /// <summary>With a = f(gate) · up and da: dg = f'(gate) · da · up, du = f(gate) · da.</summary>
    public virtual (GgmlTensor Gate, GgmlTensor Up) GateBackward(LayerGraph graph, GgmlTensor gate, GgmlTensor up, GgmlTensor da) =>
        (Backward(graph, gate, graph.Operations.Multiply(da, up)), graph.Operations.Multiply(Forward(graph, gate), da));
}
