using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>The part of a block that looks at each token for itself.</summary>
internal abstract class FeedForward
{
    /// <summary>What the derivative needs of a forward pass.</summary>
    /// <param name="Output">y [width, tokens].</param>
    public abstract record State(GgmlTensor Output);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="x">[width, tokens].</param>
    public abstract State Forward(LayerGraph graph, GgmlTensor x);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="state">Of the forward pass.</param>
    /// <param name="dy">[width, tokens].</param>
    /// <returns>dx [width, tokens].</returns>
    public abstract GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy);
}
