using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Adapters;

/// <summary>The trained part of one projection: W + scale · B A.</summary>
/// <remarks>
/// B is kept transposed, so that both gradients are products with a long first operand. Source: LoRA, arXiv:2106.09685.
/// </remarks>
/// <param name="Name">The frozen matrix's name, e.g. <c>blk.0.attn_q.weight</c>.</param>
/// <param name="In">Elements of an input.</param>
/// <param name="Out">Elements of an output.</param>
/// <param name="Offset">Place of A in <see cref="LoraParameters"/>, in elements.</param>
/// <param name="A">[in, rank].</param>
/// <param name="B">[out, rank]: B transposed.</param>
/// <param name="GradientA">Sum of A's gradients.</param>
/// <param name="GradientB">Sum of B's gradients.</param>
/// <param name="Kept">[in], 0 for the inputs that dropout leaves out and 1 / (1 - p) for the others; <c>default</c>: no dropout.</param>
internal sealed record LoraMatrix(string Name, int In, int Out, long Offset, GgmlTensor A, GgmlTensor B, GgmlTensor GradientA, GgmlTensor GradientB, GgmlTensor Kept)
{
    /// <summary>Place of B in <see cref="LoraParameters"/>, in elements.</summary>
    public long OffsetB(int rank) => Offset + LoraParameters.Padded((long)In * rank);
}
