using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>One layer of a transformer.</summary>
internal abstract class TransformerBlock
{
    /// <summary>What the derivative needs of a forward pass.</summary>
    /// <param name="Input">[width, tokens].</param>
    /// <param name="Output">[width, tokens].</param>
    public abstract record State(GgmlTensor Input, GgmlTensor Output);

    public abstract State Forward(LayerGraph graph, GgmlTensor x);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="state">Of the forward pass.</param>
    /// <param name="dy">[width, tokens].</param>
    /// <param name="wantInput">Whether dx is needed; below the first layer nothing is trained.</param>
    /// <returns>dx [width, tokens]; <c>default</c> where it is not wanted.</returns>
    public abstract GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy, bool wantInput);
}
