using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>Probability of each target token: softmax(s W norm(x)), computed only where a token is to be learned.</summary>
/// <remarks>
/// Targets go through in chunks, forward and backward at once, so that there is one buffer of [vocabulary, chunk] whatever their
/// number; softmax and its gradient are written over the logits.
/// </remarks>
/// <param name="norm">Of the last block's output.</param>
/// <param name="weight">W [width, vocabulary].</param>
/// <param name="scale">s, the factor on logits.</param>
internal sealed class MaskedHead(Norm norm, FrozenMatrix weight, float scale)
{
    /// <summary>Targets of a chunk: 50,000 tokens × 256 × 4 bytes are 50 MB. With 64, converting the matrix for each took 15 % of a step's time.</summary>
    public const int ChunkTargets = 256;

    /// <param name="Probabilities">[1, targets] of each chunk.</param>
    /// <param name="Logits">[vocabulary, targets] of each chunk, where they are kept.</param>
    /// <param name="Gradient">dx [width, tokens]; <c>default</c> without backward.</param>
    public sealed record Result(IReadOnlyList<GgmlTensor> Probabilities, IReadOnlyList<GgmlTensor> Logits, GgmlTensor Gradient);

    /// <summary>
    /// Loss = − Σ weight · log p(target). With z the logits: dz = weight · (softmax(z) − onehot(target)). The weight and s are applied
    /// after the product with Wᵀ, on fewer numbers.
    /// </summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="x">Hidden states [width, tokens].</param>
    /// <param name="backward">Whether the gradient is wanted.</param>
    /// <param name="keepLogits">Whether logits survive, for comparisons; takes a copy of them.</param>
    public Result Build(LayerGraph graph, GgmlTensor x, bool backward, bool keepLogits)
    {
        GgmlContext operations = graph.Operations;
        List<GgmlTensor> probabilities = [];
        List<GgmlTensor> logits = [];
        GgmlTensor gradient = default;
        foreach (TargetInputs targets in graph.Inputs.Targets)
        {
            GgmlTensor rows = operations.GetRows(x, targets.Rows);
            GgmlTensor z = Logits(graph, rows);
            long vocabulary = z.Length(0);
            if (keepLogits)
            {
                logits.Add(z.AsOutput());
            }

            GgmlTensor flat = operations.Reshape(operations.SoftMax(z), 1, vocabulary * targets.Count);
            GgmlTensor p = operations.GetRows(flat, targets.Labels).AsOutput();
            probabilities.Add(p);
            graph.Graph.Add(p);
            if (backward)
            {
                GgmlTensor dz = operations.Reshape(operations.SetRows(flat, operations.Scale(p, 1, -1), targets.Labels), vocabulary, targets.Count);
                GgmlTensor dNormed = operations.Multiply(graph.Products.Backward(operations, weight, dz), targets.Weights);
                GgmlTensor dx = operations.GetRowsBackward(norm.Backward(graph, rows, graph.Scaled(dNormed, scale)), targets.Rows, x);
                gradient = gradient.Exists ? operations.Add(gradient, dx) : dx;
                graph.Graph.Add(gradient);
            }
        }

        return new(probabilities, logits, gradient);
    }

    /// <summary>z = W (s norm(x)).</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="rows">[width, rows].</param>
    /// <returns>[vocabulary, rows].</returns>
    public GgmlTensor Logits(LayerGraph graph, GgmlTensor rows) => graph.Products.Forward(graph.Operations, weight, graph.Scaled(norm.Forward(graph, rows), scale));
}
