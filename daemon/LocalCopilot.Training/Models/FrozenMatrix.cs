using LocalCopilot.Llama.Ggml;

namespace LocalCopilot.Training.Models;

/// <summary>A weight matrix that is not trained.</summary>
/// <param name="Name">In the model's file, e.g. <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Weight">W [in, out], as it lies in the file.</param>
/// <param name="Transposed">W's transpose [out, in], for backward products; <c>default</c> where none is needed.</param>
/// <param name="Bias">[out], F32; <c>default</c> where there is none.</param>
internal sealed record FrozenMatrix(string Name, GgmlTensor Weight, GgmlTensor Transposed, GgmlTensor Bias);
