using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>
/// f(x) = x · σ(x q(x)) with q(x) = c₁ + c₂ x²: the form of GELU with tanh, since (1 + tanh z) / 2 = σ(2 z). Source: arXiv:1606.08415.
/// </summary>
/// <remarks>Not with ggml's own operation, which looks results up in a table of F16 numbers on the processor, too coarse to have a derivative.</remarks>
internal sealed class Gelu : Activation
{
    /// <summary>c₁ = 2 √(2/π).</summary>
    private const float Linear = 1.5957691216f;

    /// <summary>c₂ = 0.044715 c₁.</summary>
    private const float Cubic = 0.0713548163f;

    /// <remarks>Plainly as silu(x q) / q, which ggml can differentiate itself, so that tests can compare.</remarks>
    public override GgmlTensor Forward(LayerGraph graph, GgmlTensor x)
    {
        GgmlContext operations = graph.Operations;
        if (graph.Fused)
        {
            return operations.FusedGeluForward(x);
        }

        GgmlTensor q = operations.Scale(operations.Multiply(x, x), Cubic, Linear);
        return operations.Divide(operations.Silu(operations.Multiply(x, q)), q);
    }

    /// <summary>With s = σ(x q): f'(x) = s · (1 + x · (1 − s) · (c₁ + 3 c₂ x²)).</summary>
    public override GgmlTensor Backward(LayerGraph graph, GgmlTensor x, GgmlTensor dy)
    {
        GgmlContext operations = graph.Operations;
        if (graph.Fused)
        {
            return operations.FusedGeluBackward(x, dy);
        }

        GgmlTensor square = operations.Multiply(x, x);
        GgmlTensor s = operations.Sigmoid(operations.Multiply(x, operations.Scale(square, Cubic, Linear)));
        GgmlTensor steepness = operations.Multiply(operations.Multiply(x, operations.Scale(s, -1, 1)), operations.Scale(square, 3 * Cubic, Linear));
        return operations.Multiply(operations.Multiply(s, operations.Scale(steepness, 1, 1)), dy);
    }
}
