using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Layers;

/// <summary>What layers compute with weights, in one of two ways: products of a projection with LoRA. Shapes are [contiguous, rows].</summary>
internal abstract class MatrixProducts
{
    /// <summary>h[r, t] = scale · Σ_i m[i, r] · x[i, t].</summary>
    public abstract GgmlTensor Narrow(GgmlContext operations, GgmlTensor matrix, GgmlTensor x, float scale);

    /// <summary>y = W x + Bᵀ h + bias, with B kept as [out, r].</summary>
    public abstract GgmlTensor Forward(GgmlContext operations, FrozenMatrix weight, GgmlTensor x, GgmlTensor b, GgmlTensor h);

    /// <summary>dx = Wᵀ dy + Aᵀ g, added to <paramref name="sum"/> where there is one.</summary>
    public abstract GgmlTensor Backward(GgmlContext operations, FrozenMatrix weight, GgmlTensor dy, GgmlTensor a, GgmlTensor g, GgmlTensor sum);

    /// <summary>gradient[i, r] += Σ_t x[i, t] · h[r, t].</summary>
    public abstract GgmlTensor AddOuter(GgmlContext operations, GgmlTensor gradient, GgmlTensor x, GgmlTensor h);

    /// <summary>Wᵀ dy, without LoRA: for the head.</summary>
    public abstract GgmlTensor Backward(GgmlContext operations, FrozenMatrix weight, GgmlTensor dy);

    /// <summary>W x, without LoRA: for the head.</summary>
    public abstract GgmlTensor Forward(GgmlContext operations, FrozenMatrix weight, GgmlTensor x);
}

/// <summary>The products as plain nodes of ggml, for any device. Backward products take W's stored transpose.</summary>
/// <remarks>
/// ggml's own <c>out_prod</c> on a quantized W needs no transpose, but dequantizes each row once for every column: an order of
/// magnitude slower.
/// </remarks>
internal sealed class GgmlProducts : MatrixProducts
{
    public override GgmlTensor Narrow(GgmlContext operations, GgmlTensor matrix, GgmlTensor x, float scale) => operations.Scale(operations.MatrixProduct(matrix, x), scale);

    public override GgmlTensor Forward(GgmlContext operations, FrozenMatrix weight, GgmlTensor x, GgmlTensor b, GgmlTensor h)
    {
        GgmlTensor y = operations.Add(operations.MatrixProduct(weight.Weight, x), operations.MatrixProduct(operations.Contiguous(operations.Transpose(b)), h));
        return weight.Bias.Exists ? operations.Add(y, weight.Bias) : y;
    }

    public override GgmlTensor Forward(GgmlContext operations, FrozenMatrix weight, GgmlTensor x) => operations.MatrixProduct(weight.Weight, x);

    public override GgmlTensor Backward(GgmlContext operations, FrozenMatrix weight, GgmlTensor dy, GgmlTensor a, GgmlTensor g, GgmlTensor sum)
    {
        GgmlTensor dx = operations.Add(operations.MatrixProduct(weight.Transposed, dy), operations.MatrixProduct(operations.Contiguous(operations.Transpose(a)), g));
        return sum.Exists ? operations.Add(dx, sum) : dx;
    }

    public override GgmlTensor Backward(GgmlContext operations, FrozenMatrix weight, GgmlTensor dy) => operations.MatrixProduct(weight.Transposed, dy);

    public override GgmlTensor AddOuter(GgmlContext operations, GgmlTensor gradient, GgmlTensor x, GgmlTensor h) => operations.AddInPlace(gradient, operations.OuterProduct(x, h));
}
