using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>y = Wd f(Wu x). Source: arXiv:1706.03762, section 3.3.</summary>
internal sealed class UngatedFeedForward(LoraProjection up, LoraProjection down, Activation activation) : FeedForward
{
    private sealed record Saved(LoraProjection.State Up, LoraProjection.State Down) : State(Down.Output);

    public override State Forward(LayerGraph graph, GgmlTensor x)
    {
        LoraProjection.State u = up.Forward(graph, x);
        return new Saved(u, down.Forward(graph, activation.Forward(graph, u.Output)));
    }

    /// <summary>With da from Wd: du = f'(u) · da.</summary>
    public override GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy)
    {
        Saved saved = (Saved)state;
        GgmlTensor da = down.Backward(graph, saved.Down, dy, wantInput: true);
        return up.Backward(graph, saved.Up, activation.Backward(graph, saved.Up.Output, da), wantInput: true);
    }
}
