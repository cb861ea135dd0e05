using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>f(x) = x · σ(x), with σ(x) = 1 / (1 + e⁻ˣ). Source: arXiv:1702.03118.</summary>
internal sealed class Silu : Activation
{
    public override GgmlTensor Forward(LayerGraph graph, GgmlTensor x) => graph.Operations.Silu(x);

    public override GgmlTensor Backward(LayerGraph graph, GgmlTensor x, GgmlTensor dy) => graph.Operations.SiluBackward(dy, x);

    public override GgmlTensor Gate(LayerGraph graph, GgmlTensor gate, GgmlTensor up) => graph.Operations.SwiGlu(gate, up);

    public override (GgmlTensor Gate, GgmlTensor Up) GateBackward(LayerGraph graph, GgmlTensor gate, GgmlTensor up, GgmlTensor da)
    {
        if (!graph.Fused)
        {
            return base.GateBackward(graph, gate, up, da);
        }

        GgmlTensor both = graph.Operations.FusedGateBackward(gate, up, da);
        return (graph.Operations.Columns(both, 0, gate.Length(0)), graph.Operations.Columns(both, gate.Length(0), gate.Length(0)));
    }
}
