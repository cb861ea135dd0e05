using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>y = Wd (silu(Wg x) · Wu x). Source: GLU variants, arXiv:2002.05202.</summary>
internal sealed class GatedFeedForward(LoraProjection gate, LoraProjection up, LoraProjection down)
{
    /// <summary>What the derivative needs of a forward pass.</summary>
    public sealed record State(LoraProjection.State Gate, LoraProjection.State Up, LoraProjection.State Down);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="x">[width, tokens].</param>
    public State Forward(LayerGraph graph, GgmlTensor x)
    {
        LoraProjection.State g = gate.Forward(graph, x);
        LoraProjection.State u = up.Forward(graph, x);
        return new(g, u, down.Forward(graph, graph.Operations.SwiGlu(g.Output, u.Output)));
    }

    /// <summary>With a = silu(g) · u and da from Wd: dg = silu'(g) · da · u, du = silu(g) · da.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="state">Of the forward pass.</param>
    /// <param name="dy">[width, tokens].</param>
    /// <returns>dx [width, tokens].</returns>
    public GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy)
    {
        GgmlTensor da = down.Backward(graph, state.Down, dy, wantInput: true);
        (GgmlTensor dg, GgmlTensor du) = graph.Products.GateBackward(graph.Operations, state.Gate.Output, state.Up.Output, da);
        GgmlTensor dx = gate.Backward(graph, state.Gate, dg, wantInput: true);
        return up.Backward(graph, state.Up, du, wantInput: true, dx);
    }
}
