using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>y = Wd (f(Wg x) · Wu x). Source: GLU variants, arXiv:2002.05202.</summary>
internal sealed class GatedFeedForward(LoraProjection gate, LoraProjection up, LoraProjection down, Activation activation) : FeedForward
{
    private sealed record Saved(LoraProjection.State Gate, LoraProjection.State Up, LoraProjection.State Down) : State(Down.Output);

    public override State Forward(LayerGraph graph, GgmlTensor x)
    {
        LoraProjection.State g = gate.Forward(graph, x);
        LoraProjection.State u = up.Forward(graph, x);
        return new Saved(g, u, down.Forward(graph, activation.Gate(graph, g.Output, u.Output)));
    }

    /// <summary>With a = f(g) · u and da from Wd: dg = f'(g) · da · u, du = f(g) · da.</summary>
    public override GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy)
    {
        Saved saved = (Saved)state;
        GgmlTensor da = down.Backward(graph, saved.Down, dy, wantInput: true);
        (GgmlTensor dg, GgmlTensor du) = activation.GateBackward(graph, saved.Gate.Output, saved.Up.Output, da);
        GgmlTensor dx = gate.Backward(graph, saved.Gate, dg, wantInput: true);
        return up.Backward(graph, saved.Up, du, wantInput: true, dx);
    }
}
