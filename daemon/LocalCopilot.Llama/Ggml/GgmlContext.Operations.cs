using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <summary>How the two numbers of a rotated pair lie in a head; the values of <c>GGML_ROPE_TYPE_*</c>.</summary>
public enum RotaryPairing
{
    /// <summary>Neighbours: 0 and 1, 2 and 3, ...</summary>
    Adjacent = 0,

    /// <summary>Halves: 0 and n/2, 1 and n/2 + 1, ...</summary>
    Halves = 2,
}

/// <summary>What a rotary position embedding needs; source: RoFormer, arXiv:2104.09864, and <c>ggml_rope_ext</c>.</summary>
/// <param name="Dimensions">Elements of each head that are rotated, even.</param>
/// <param name="Pairing">Which elements form a pair.</param>
/// <param name="FrequencyBase">Base of the geometric series of angles.</param>
/// <param name="FrequencyScale">Factor on positions: 1 / scaling factor for linear scaling, else 1.</param>
public sealed record RotaryParameters(int Dimensions, RotaryPairing Pairing, float FrequencyBase, float FrequencyScale);

/// <content>The operations. Each returns a node that computes when a graph it was added to does; shapes are [contiguous, ...].</content>
public sealed unsafe partial class GgmlContext
{
    // GGML_PREC_F32 of ggml.h.
    private const int PrecisionF32 = 10;

    /// <summary>a + b; b is repeated where it is shorter.</summary>
    public GgmlTensor Add(GgmlTensor a, GgmlTensor b) => Node(GgmlNative.Add(Ready, a.Pointer, b.Pointer));

    /// <summary>a + b, written over a.</summary>
    public GgmlTensor AddInPlace(GgmlTensor a, GgmlTensor b) => Node(GgmlNative.AddInPlace(Ready, a.Pointer, b.Pointer));

    /// <summary>a · b, element by element; b is repeated where it is shorter.</summary>
    public GgmlTensor Multiply(GgmlTensor a, GgmlTensor b) => Node(GgmlNative.Multiply(Ready, a.Pointer, b.Pointer));

    /// <summary>a / b, element by element; b is repeated where it is shorter.</summary>
    public GgmlTensor Divide(GgmlTensor a, GgmlTensor b) => Node(GgmlNative.Divide(Ready, a.Pointer, b.Pointer));

    /// <summary>Sum of each row of a, as a row of one element.</summary>
    public GgmlTensor SumRows(GgmlTensor a) => Node(GgmlNative.SumRows(Ready, a.Pointer));

    /// <summary>1 / (1 + exp(−a)).</summary>
    public GgmlTensor Sigmoid(GgmlTensor a) => Node(GgmlNative.Sigmoid(Ready, a.Pointer));

    /// <summary>factor · a.</summary>
    public GgmlTensor Scale(GgmlTensor a, float factor) => Node(GgmlNative.Scale(Ready, a.Pointer, factor));

    /// <summary>factor · a + bias.</summary>
    public GgmlTensor Scale(GgmlTensor a, float factor, float bias) => Node(GgmlNative.ScaleBias(Ready, a.Pointer, factor, bias));

    /// <summary>a · sigmoid(a).</summary>
    public GgmlTensor Silu(GgmlTensor a) => Node(GgmlNative.Silu(Ready, a.Pointer));

    /// <summary>The derivative of <see cref="Silu"/> at <paramref name="input"/>, times <paramref name="gradient"/>.</summary>
    public GgmlTensor SiluBackward(GgmlTensor gradient, GgmlTensor input) => Node(GgmlNative.SiluBack(Ready, gradient.Pointer, input.Pointer));

    /// <summary>silu(gate) · up.</summary>
    public GgmlTensor SwiGlu(GgmlTensor gate, GgmlTensor up) => Node(GgmlNative.SwigluSplit(Ready, gate.Pointer, up.Pointer));

    /// <summary>a / sqrt(mean(a²) + epsilon), each row for itself.</summary>
    public GgmlTensor RmsNorm(GgmlTensor a, float epsilon) => Node(GgmlNative.RmsNorm(Ready, a.Pointer, epsilon));

    /// <summary>The derivative of <see cref="RmsNorm"/> at <paramref name="input"/>, times <paramref name="gradient"/>.</summary>
    /// <remarks>In this order, whatever ggml.h says.</remarks>
    public GgmlTensor RmsNormBackward(GgmlTensor gradient, GgmlTensor input, float epsilon) => Node(GgmlNative.RmsNormBack(Ready, gradient.Pointer, input.Pointer, epsilon));

    /// <summary>c[m, n] = Σ_k a[k, m] · b[k, n], for each of the third and fourth dimensions; a's are repeated over b's.</summary>
    /// <param name="a">Any type.</param>
    /// <param name="b">F32 and contiguous, else it is slow.</param>
    /// <remarks>
    /// Sums in F32 on every device. Graphics processors would sum in F16 otherwise, which is enough for serving and not for gradients:
    /// their cosine with the exact ones fell to 0.81 (embedded model, Vulkan), and is 0.999 with this.
    /// </remarks>
    public GgmlTensor MatrixProduct(GgmlTensor a, GgmlTensor b)
    {
        nint product = GgmlNative.MatrixProduct(Ready, a.Pointer, b.Pointer);
        GgmlNative.SetProductPrecision(product, PrecisionF32);
        return Node(product);
    }

    /// <summary>c[m, n] = Σ_k a[m, k] · b[n, k], for each of the third and fourth dimensions.</summary>
    /// <param name="a">F32 with contiguous rows.</param>
    /// <param name="b">F32.</param>
    public GgmlTensor OuterProduct(GgmlTensor a, GgmlTensor b) => Node(GgmlNative.OuterProduct(Ready, a.Pointer, b.Pointer));

    /// <summary>softmax(scale · a + mask) of each row.</summary>
    /// <param name="a">[keys, queries, heads, ...].</param>
    /// <param name="mask">[keys, queries, 1, ...], 0 or minus infinity; <c>default</c>: none. A row with nothing but minus infinity gives NaN.</param>
    /// <param name="scale">Factor on a.</param>
    public GgmlTensor SoftMax(GgmlTensor a, GgmlTensor mask = default, float scale = 1) => Node(GgmlNative.SoftMax(Ready, a.Pointer, mask.Pointer, scale, 0));

    /// <summary>The derivative of <see cref="SoftMax"/> where it gave <paramref name="output"/>, times <paramref name="gradient"/>, which it overwrites.</summary>
    /// <remarks>The form that does not overwrite is silently wrong when the allocator puts it over the softmax.</remarks>
    public GgmlTensor SoftMaxBackwardInPlace(GgmlTensor gradient, GgmlTensor output, float scale) => Node(GgmlNative.SoftMaxBackInPlace(Ready, gradient.Pointer, output.Pointer, scale, 0));

    /// <summary>Rotates pairs of elements of each head by an angle that grows with the position.</summary>
    /// <param name="a">[head length, heads, tokens].</param>
    /// <param name="positions">[tokens], I32.</param>
    /// <param name="factors">[rotated dimensions / 2], a divisor of each frequency; <c>default</c>: none.</param>
    /// <param name="parameters">Angles and pairs.</param>
    public GgmlTensor Rotate(GgmlTensor a, GgmlTensor positions, GgmlTensor factors, RotaryParameters parameters) =>
        Node(GgmlNative.Rope(Ready, a.Pointer, positions.Pointer, factors.Pointer, parameters.Dimensions, (int)parameters.Pairing, 0, parameters.FrequencyBase, parameters.FrequencyScale, 0, 1, 32, 1));

    /// <summary>The inverse of <see cref="Rotate"/>, which is its derivative's transpose.</summary>
    public GgmlTensor RotateBackward(GgmlTensor a, GgmlTensor positions, GgmlTensor factors, RotaryParameters parameters) =>
        Node(GgmlNative.RopeBack(Ready, a.Pointer, positions.Pointer, factors.Pointer, parameters.Dimensions, (int)parameters.Pairing, 0, parameters.FrequencyBase, parameters.FrequencyScale, 0, 1, 32, 1));

    /// <summary>Rows of a, as F32.</summary>
    /// <param name="a">[n, rows], any type.</param>
    /// <param name="rows">[m], I32.</param>
    /// <returns>[n, m].</returns>
    public GgmlTensor GetRows(GgmlTensor a, GgmlTensor rows) => Node(GgmlNative.GetRows(Ready, a.Pointer, rows.Pointer));

    /// <summary>The derivative of <see cref="GetRows"/>: adds each row of the gradient to its place in zeros of the shape of <paramref name="shape"/>.</summary>
    public GgmlTensor GetRowsBackward(GgmlTensor gradient, GgmlTensor rows, GgmlTensor shape) => Node(GgmlNative.GetRowsBack(Ready, gradient.Pointer, rows.Pointer, shape.Pointer));

    /// <summary>destination with its rows replaced, in place.</summary>
    public GgmlTensor SetRows(GgmlTensor destination, GgmlTensor source, GgmlTensor rows) => Node(GgmlNative.SetRows(Ready, destination.Pointer, source.Pointer, rows.Pointer));

    /// <summary>A copy of a whose elements lie one after another.</summary>
    public GgmlTensor Contiguous(GgmlTensor a) => Node(GgmlNative.Contiguous(Ready, a.Pointer));

    /// <summary>a with its first two dimensions exchanged; a view.</summary>
    public GgmlTensor Transpose(GgmlTensor a) => Node(GgmlNative.Transpose(Ready, a.Pointer));

    /// <summary>a with its dimensions at other places; a view. Dimension i of a becomes dimension axis_i.</summary>
    public GgmlTensor Permute(GgmlTensor a, int axis0, int axis1, int axis2, int axis3) => Node(GgmlNative.Permute(Ready, a.Pointer, axis0, axis1, axis2, axis3));

    /// <summary>The same elements in another shape; a view of a contiguous tensor.</summary>
    public GgmlTensor Reshape(GgmlTensor a, long length0, long length1 = 1, long length2 = 1, long length3 = 1)
    {
        if (length0 * length1 * length2 * length3 != a.Elements)
        {
            throw new ArgumentException($"{a} cannot be read as [{length0}, {length1}, {length2}, {length3}].", nameof(a));
        }

        return Node(GgmlNative.Reshape(Ready, a.Pointer, length0, length1, length2, length3));
    }

    /// <summary>A part of each row of a matrix; a view.</summary>
    /// <param name="a">[n, rows].</param>
    /// <param name="first">First element of each row.</param>
    /// <param name="length">Elements of each row.</param>
    /// <returns>[length, rows], with gaps between the rows.</returns>
    public GgmlTensor Columns(GgmlTensor a, long first, long length) =>
        Node(GgmlNative.View(Ready, a.Pointer, length, a.Length(1), 1, 1, (nuint)a.Stride(1), (nuint)(a.Stride(1) * a.Length(1)), (nuint)(a.Stride(1) * a.Length(1)), (nuint)(first * a.Stride(0))));

    private nint Ready
    {
        get
        {
            Room();
            return Pointer;
        }
    }

    private GgmlTensor Node(nint tensor) => Count(tensor);
}
