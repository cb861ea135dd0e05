using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>y = W x + s B A x + bias, with W frozen and A and B trained. Source: LoRA, arXiv:2106.09685.</summary>
internal sealed class LoraProjection(FrozenMatrix weight, LoraMatrix lora, float scale)
{
    /// <summary>What the derivative needs of a forward pass.</summary>
    /// <param name="Input">x [in, tokens].</param>
    /// <param name="Narrowed">h = s A x [rank, tokens].</param>
    /// <param name="Output">y [out, tokens].</param>
    public readonly record struct State(GgmlTensor Input, GgmlTensor Narrowed, GgmlTensor Output);

    /// <param name="graph">Where the nodes go.</param>
    /// <param name="x">[in, tokens].</param>
    public State Forward(LayerGraph graph, GgmlTensor x)
    {
        GgmlTensor h = graph.Products.Narrow(graph.Operations, KeptA(graph), x, scale);
        return new(x, h, graph.Products.Forward(graph.Operations, weight, x, lora.B, h));
    }

    /// <summary>
    /// With g = s Bᵀ dy: dB += dy ⊗ h (s is in h already), dA += x ⊗ g, dx = Wᵀ dy + Aᵀ g.
    /// </summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="state">Of the forward pass.</param>
    /// <param name="dy">[out, tokens].</param>
    /// <param name="wantInput">Whether dx is needed; below the first layer nothing is trained.</param>
    /// <param name="sum">A gradient that dx is added to; <c>default</c>: none.</param>
    /// <returns>dx [in, tokens], or the sum.</returns>
    public GgmlTensor Backward(LayerGraph graph, State state, GgmlTensor dy, bool wantInput, GgmlTensor sum = default)
    {
        GgmlTensor g = graph.Products.Narrow(graph.Operations, lora.B, dy, scale);
        graph.Graph.Add(graph.Products.AddOuter(graph.Operations, lora.GradientB, dy, state.Narrowed));
        graph.Graph.Add(GradientA(graph, state.Input, g));
        return wantInput ? graph.Products.Backward(graph.Operations, weight, dy, KeptA(graph), g, sum) : default;
    }

    /// <summary>A with the inputs that dropout leaves out set to zero.</summary>
    private GgmlTensor KeptA(LayerGraph graph) => lora.Kept.Exists ? graph.Operations.Multiply(lora.A, lora.Kept) : lora.A;

    private GgmlTensor GradientA(LayerGraph graph, GgmlTensor x, GgmlTensor g) => lora.Kept.Exists
        ? graph.Operations.AddInPlace(lora.GradientA, graph.Operations.Multiply(graph.Operations.OuterProduct(x, g), lora.Kept))
        : graph.Products.AddOuter(graph.Operations, lora.GradientA, x, g);
}
