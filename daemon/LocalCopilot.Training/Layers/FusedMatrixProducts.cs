using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>The products as operations of our own, for the processor: several times as fast, and without transposed copies. See docs/performance.md.</summary>
internal sealed class FusedMatrixProducts : MatrixProducts
{
    public override GgmlTensor Narrow(GgmlContext operations, GgmlTensor matrix, GgmlTensor x, float scale) => operations.FusedNarrow(matrix, x, scale);

    public override GgmlTensor Forward(GgmlContext operations, FrozenMatrix weight, GgmlTensor x, GgmlTensor b, GgmlTensor h) =>
        operations.FusedProduct(weight.Weight, transposed: false, x, b, h, weight.Bias);

    public override GgmlTensor Forward(GgmlContext operations, FrozenMatrix weight, GgmlTensor x) => operations.FusedProduct(weight.Weight, transposed: false, x);

    public override GgmlTensor Backward(GgmlContext operations, FrozenMatrix weight, GgmlTensor dy, GgmlTensor a, GgmlTensor g, GgmlTensor sum) =>
        operations.FusedProduct(weight.Weight, transposed: true, dy, a, g, default, sum);

    public override GgmlTensor Backward(GgmlContext operations, FrozenMatrix weight, GgmlTensor dy) => operations.FusedProduct(weight.Weight, transposed: true, dy);

    public override GgmlTensor AddOuter(GgmlContext operations, GgmlTensor gradient, GgmlTensor x, GgmlTensor h) => operations.FusedAddOuter(gradient, x, h);
}
