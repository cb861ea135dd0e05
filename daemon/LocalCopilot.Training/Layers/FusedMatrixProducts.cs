using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>The products as operations of our own, for the processor: several times as fast, and without transposed copies. See docs/performance.md.</summary>
/// <param name="fullPrecision">Whether all is multiplied in F32. Else products with weights that are less precise themselves are in bfloat16, where that is faster.</param>
internal sealed class FusedMatrixProducts(bool fullPrecision) : MatrixProducts
{
    public override GgmlTensor Narrow(GgmlContext operations, GgmlTensor matrix, GgmlTensor x, float scale) => operations.FusedNarrow(matrix, x, scale);

    public override GgmlTensor Forward(GgmlContext operations, FrozenMatrix weight, GgmlTensor x, GgmlTensor b, GgmlTensor h) =>
        operations.FusedProduct(weight.Weight, transposed: false, x, b, h, weight.Bias, rounded: Rounds(weight));

    public override GgmlTensor Forward(GgmlContext operations, FrozenMatrix weight, GgmlTensor x) => operations.FusedProduct(weight.Weight, transposed: false, x, rounded: Rounds(weight));

    public override GgmlTensor Backward(GgmlContext operations, FrozenMatrix weight, GgmlTensor dy, GgmlTensor a, GgmlTensor g, GgmlTensor sum) =>
        operations.FusedProduct(weight.Weight, transposed: true, dy, a, g, default, sum, Rounds(weight));

    public override GgmlTensor Backward(GgmlContext operations, FrozenMatrix weight, GgmlTensor dy) => operations.FusedProduct(weight.Weight, transposed: true, dy, rounded: Rounds(weight));

    public override GgmlTensor AddOuter(GgmlContext operations, GgmlTensor gradient, GgmlTensor x, GgmlTensor h) => operations.FusedAddOuter(gradient, x, h);

    private bool Rounds(FrozenMatrix weight) => !fullPrecision && weight.Weight.Type is not (GgufTensorType.F32 or GgufTensorType.F16);
}
