using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Layers;

/// <summary>What layers build with: the operations, the graph that they go into, and the batch's inputs.</summary>
/// <param name="Operations">Makes nodes.</param>
/// <param name="Graph">Takes nodes whose results nothing later refers to, such as sums of gradients.</param>
/// <param name="Inputs">The batch.</param>
/// <param name="Products">Multiplies by weights.</param>
/// <param name="Attention">Mixes tokens.</param>
/// <param name="Fused">Whether our own operations may be used, else ggml's only.</param>
internal sealed record LayerGraph(GgmlContext Operations, GgmlGraph Graph, BatchInputs Inputs, MatrixProducts Products, AttentionCore Attention, bool Fused)
{
    /// <summary>factor · x; no node where the factor is 1.</summary>
    public GgmlTensor Scaled(GgmlTensor x, float factor) => factor == 1 ? x : Operations.Scale(x, factor);
}

/// <summary>The tensors that a batch is written to before its graph computes.</summary>
/// <param name="Tokens">[tokens], I32.</param>
/// <param name="Positions">[tokens], I32: place of each token in its own sample.</param>
/// <param name="Starts">[tokens], I32: index of the first token of each token's sample. <c>default</c> where the mask is used.</param>
/// <param name="Mask">[tokens, tokens], F32: 0 where a token (second index) sees another (first), else minus infinity. <c>default</c> where the starts are used.</param>
/// <param name="Targets">The places whose next token is learned, in chunks.</param>
internal sealed record BatchInputs(GgmlTensor Tokens, GgmlTensor Positions, GgmlTensor Starts, GgmlTensor Mask, IReadOnlyList<TargetInputs> Targets);

/// <summary>A chunk of target places.</summary>
/// <param name="First">Index of its first target among the batch's.</param>
/// <param name="Count">Targets in it.</param>
/// <param name="Rows">[count], I32: the token before each target.</param>
/// <param name="Labels">[count], I32: row · vocabulary + target token, an index into the flat logits.</param>
/// <param name="Weights">[1, count], F32: weight of each target in the loss.</param>
internal sealed record TargetInputs(int First, int Count, GgmlTensor Rows, GgmlTensor Labels, GgmlTensor Weights);
