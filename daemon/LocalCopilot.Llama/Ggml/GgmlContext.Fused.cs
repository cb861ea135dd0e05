using LocalCopilot.Llama.Ggml.Kernels;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <content>Operations of our own, for the processor only: what training needs and ggml has no fast form of.</content>
/// <remarks>Lengths of rows and numbers of rows must be multiples of 16; ranks may be any.</remarks>
public sealed unsafe partial class GgmlContext
{
    private const int Multiple = 16;
    private const int AllThreads = -1;

    /// <summary>Whether this processor computes the fused operations faster than ggml's own.</summary>
    public static bool HasFusedOperations => Tiles.AreFast;

    /// <summary>Whether this processor multiplies bfloat16 numbers, twice as many at a time as floats.</summary>
    public static bool HasBfloat16Products => Bfloat16Tiles.AreFast;

    /// <summary>y[m, t] = Σ_k W[k, m] x[k, t] (or W[m, k], transposed) + Σ_r b[m, r] h[r, t] + bias[m] + sum[m, t].</summary>
    /// <param name="weight">W, any type.</param>
    /// <param name="transposed">Whether sums run over W's second dimension.</param>
    /// <param name="x">[k, t], F32; rows may have gaps.</param>
    /// <param name="b">[m, rank], F32; <c>default</c>: no such part.</param>
    /// <param name="h">[rank, t], F32.</param>
    /// <param name="bias">[m], F32; <c>default</c>: none.</param>
    /// <param name="sum">[m, t], F32; <c>default</c>: none.</param>
    /// <param name="rounded">Multiply W and x in bfloat16, with sums in F32; where <see cref="HasBfloat16Products"/>.</param>
    /// <exception cref="ArgumentException">Shapes do not fit, or are no multiples of 16.</exception>
    public GgmlTensor FusedProduct(GgmlTensor weight, bool transposed, GgmlTensor x, GgmlTensor b = default, GgmlTensor h = default, GgmlTensor bias = default, GgmlTensor sum = default, bool rounded = false)
    {
        long columns = weight.Length(transposed ? 0 : 1);
        Check(columns, x.Length(0), x.Length(1));
        if (weight.Length(transposed ? 1 : 0) != x.Length(0) || (b.Exists && (b.Length(0) != columns || b.Length(1) != h.Length(0) || h.Length(1) != x.Length(1))))
        {
            throw new ArgumentException($"{weight}, {x}, {b} and {h} cannot be multiplied with each other.", nameof(weight));
        }

        ProductParts parts = (transposed ? ProductParts.Transposed : 0) | (b.Exists ? ProductParts.Lora : 0) | (bias.Exists ? ProductParts.Bias : 0) | (sum.Exists ? ProductParts.Sum : 0)
            | (rounded && HasBfloat16Products ? ProductParts.Rounded : 0);
        nint* sources = stackalloc nint[6];
        int count = 0;
        foreach (GgmlTensor source in (ReadOnlySpan<GgmlTensor>)[weight, x, b, h, bias, sum])
        {
            if (source.Exists)
            {
                sources[count++] = source.Pointer;
            }
        }

        return Node(GgmlNative.Custom(Ready, F32, columns, x.Length(1), 1, 1, sources, count, &FusedProducts.Product, AllThreads, (nint)parts)).Named(transposed ? "weight backward" : "weight forward");
    }

    /// <summary>h[r, t] = scale · Σ_k m[k, r] x[k, t].</summary>
    public GgmlTensor FusedNarrow(GgmlTensor m, GgmlTensor x, float scale)
    {
        Check(x.Length(0), x.Length(1));
        nint* sources = stackalloc nint[2] { m.Pointer, x.Pointer };
        return Node(GgmlNative.Custom(Ready, F32, m.Length(1), x.Length(1), 1, 1, sources, 2, &FusedProducts.Narrow, AllThreads, BitConverter.SingleToInt32Bits(scale))).Named("lora narrow");
    }

    /// <summary>gradient[i, r] += Σ_t x[i, t] h[r, t], in place.</summary>
    public GgmlTensor FusedAddOuter(GgmlTensor gradient, GgmlTensor x, GgmlTensor h)
    {
        Check(x.Length(0), x.Length(1));
        nint* sources = stackalloc nint[2] { x.Pointer, h.Pointer };
        return Node(GgmlNative.CustomInPlace(Ready, gradient.Pointer, sources, 2, &FusedProducts.AddOuter, AllThreads, 0)).Named("lora gradient");
    }

    /// <summary>Gradients of silu(gate) · up.</summary>
    /// <param name="gate">[n, tokens].</param>
    /// <param name="up">As gate.</param>
    /// <param name="gradient">Of the result.</param>
    /// <returns>[2 · n, tokens]: the gradient of gate, then that of up, in each row.</returns>
    public GgmlTensor FusedGateBackward(GgmlTensor gate, GgmlTensor up, GgmlTensor gradient)
    {
        Check(gate.Length(0));
        nint* sources = stackalloc nint[3] { gate.Pointer, up.Pointer, gradient.Pointer };
        return Node(GgmlNative.Custom(Ready, F32, 2 * gate.Length(0), gate.Length(1), 1, 1, sources, 3, &FusedGate.Backward, AllThreads, 0)).Named("gate backward");
    }

    /// <summary>GELU in its form with tanh, to F32's precision.</summary>
    /// <param name="x">[n, tokens].</param>
    /// <returns>As x.</returns>
    public GgmlTensor FusedGeluForward(GgmlTensor x)
    {
        Check(x.Length(0));
        nint* sources = stackalloc nint[1] { x.Pointer };
        return Node(GgmlNative.Custom(Ready, F32, x.Length(0), x.Length(1), 1, 1, sources, 1, &FusedGelu.Forward, AllThreads, 0)).Named("gelu");
    }

    /// <summary>The derivative of <see cref="FusedGeluForward"/> at x, times a gradient.</summary>
    /// <param name="x">[n, tokens].</param>
    /// <param name="gradient">As x.</param>
    /// <returns>As x.</returns>
    public GgmlTensor FusedGeluBackward(GgmlTensor x, GgmlTensor gradient)
    {
        Check(x.Length(0));
        nint* sources = stackalloc nint[2] { x.Pointer, gradient.Pointer };
        return Node(GgmlNative.Custom(Ready, F32, x.Length(0), x.Length(1), 1, 1, sources, 2, &FusedGelu.Backward, AllThreads, 0)).Named("gelu backward");
    }

    /// <summary>Attention within packed samples, see <see cref="FusedAttentionBackward"/>.</summary>
    /// <param name="query">[n, heads, tokens].</param>
    /// <param name="key">[n, key-value heads, tokens].</param>
    /// <param name="value">As keys.</param>
    /// <param name="starts">[tokens], I32: token t sees the tokens starts[t] to t.</param>
    /// <param name="scale">Factor on q·k.</param>
    /// <returns>[n · heads + heads, tokens]: the result, and behind it what the backward pass needs.</returns>
    public GgmlTensor FusedAttentionForward(GgmlTensor query, GgmlTensor key, GgmlTensor value, GgmlTensor starts, float scale)
    {
        long length = query.Length(0), heads = query.Length(1), tokens = query.Length(2);
        Check(length, tokens);
        nint* sources = stackalloc nint[4] { query.Pointer, key.Pointer, value.Pointer, starts.Pointer };
        return Node(GgmlNative.Custom(Ready, F32, (length + 1) * heads, tokens, 1, 1, sources, 4, &FusedAttention.Forward, AllThreads, AttentionShape.Pack(scale))).Named("attention forward");
    }

    /// <summary>Gradients of attention's inputs.</summary>
    /// <param name="query">As in the forward pass.</param>
    /// <param name="key">As in the forward pass.</param>
    /// <param name="value">As in the forward pass.</param>
    /// <param name="forward">What <see cref="FusedAttentionForward"/> gave.</param>
    /// <param name="gradient">[n · heads, tokens].</param>
    /// <param name="starts">As in the forward pass.</param>
    /// <param name="scale">As in the forward pass.</param>
    /// <returns>[3 · n · heads, tokens]: gradients of q, k and v, each for every query head; <see cref="FusedHeadSums"/> takes them apart.</returns>
    public GgmlTensor FusedAttentionBackward(GgmlTensor query, GgmlTensor key, GgmlTensor value, GgmlTensor forward, GgmlTensor gradient, GgmlTensor starts, float scale)
    {
        long length = query.Length(0), heads = query.Length(1), tokens = query.Length(2);
        Check(length, tokens);
        nint* sources = stackalloc nint[6] { query.Pointer, key.Pointer, value.Pointer, forward.Pointer, gradient.Pointer, starts.Pointer };
        return Node(GgmlNative.Custom(Ready, F32, 3 * length * heads, tokens, 1, 1, sources, 6, &FusedAttention.Backward, AllThreads, AttentionShape.Pack(scale))).Named("attention backward");
    }

    /// <summary>A part of <see cref="FusedAttentionBackward"/>'s result, summed over the heads of each group.</summary>
    /// <param name="gradients">That.</param>
    /// <param name="part">0: of q, 1: of k, 2: of v.</param>
    /// <param name="headLength">n.</param>
    /// <param name="heads">Heads of the result.</param>
    /// <param name="group">Query heads that share one.</param>
    /// <returns>[n, heads, tokens].</returns>
    public GgmlTensor FusedHeadSums(GgmlTensor gradients, int part, int headLength, int heads, int group)
    {
        nint source = gradients.Pointer;
        nint packed = (nint)(((part * gradients.Length(0) / 3) << 16) | (long)group);
        return Node(GgmlNative.Custom(Ready, F32, headLength, heads, gradients.Length(1), 1, &source, 1, &FusedAttention.SumHeads, AllThreads, packed)).Named("attention sums");
    }

    private const int F32 = (int)Gguf.GgufTensorType.F32;

    private static void Check(params ReadOnlySpan<long> lengths)
    {
        foreach (long length in lengths)
        {
            if (length % Multiple != 0)
            {
                throw new ArgumentException($"A length is {length}; fused operations need multiples of {Multiple}.", nameof(lengths));
            }
        }
    }
}
