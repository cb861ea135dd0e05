using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>Attention of packed samples, forward and backward, as operations of ggml's graphs on the processor.</summary>
/// <remarks>
/// Only what a token sees is computed, tile by tile, and no matrix of scores is kept: the logarithm of each row's sum is, from which
/// the backward pass makes the weights again. Source: FlashAttention, arXiv:2205.14135. Rows are [head · n + element, token]; token t
/// sees the tokens starts[t] to t.
/// </remarks>
internal static unsafe class FusedAttention
{
    private const int Block = Tiles.Columns;

    /// <summary>o and, behind each of its rows, ln Σ exp of each head. Sources: q, k, v, starts. Threads share the tiles of queries.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Forward(NativeTensor* result, int thread, int threads, nint packed)
    {
        AttentionShape shape = AttentionShape.Of(result->Source(0), result->Source(1), packed);
        Rows q = new(result->Source(0)), k = new(result->Source(1)), v = new(result->Source(2)), o = new(result);
        int* starts = (int*)result->Source(3)->Data;
        int tokens = (int)result->Lengths[1], n = shape.HeadLength;
        int padded = Padded(tokens);
        using Scratch keys = new((long)n * padded);
        using Scratch scores = new((long)Tiles.Rows * padded);
        for (int head = 0; head < shape.Heads; head++)
        {
            int shared = head / shape.Group;
            if (head % shape.Group == 0)
            {
                FusedProducts.TransposeInto(k.At(shared * n, 0), k.Stride, tokens, n, keys.Start, padded);
            }

            for (int row = thread * Tiles.Rows; row < tokens; row += threads * Tiles.Rows)
            {
                int first = starts[row] / Block * Block;
                int end = Math.Min(padded, Padded(row + Tiles.Rows));
                for (int key = first; key < end; key += Block)
                {
                    Tiles.Wide(q.At(head * n, row), q.Stride, 1, keys.Start + key, padded, scores.Start + key, padded, n, add: false);
                }

                for (int i = 0; i < Tiles.Rows; i++)
                {
                    int token = row + i;
                    float logSum = SoftMax(scores.Start + ((nint)i * padded), first, end, starts[token], token + 1, shape.Scale);
                    *o.At((shape.Heads * n) + head, token) = logSum;
                }

                int used = Math.Min(end, tokens);
                Mix(scores.Start + first, padded, 1, v.At(shared * n, first), v.Stride, o.At(head * n, row), o.Stride, used - first, n, add: false);
            }
        }
    }

    /// <summary>
    /// dq, dk and dv of each query head, one after another in each row. Sources: q, k, v, result of forward, do, starts. Threads share the heads.
    /// P = exp(s − logSum); dv = Pᵀ do; dP = do vᵀ; dS = P · (dP − Σ o·do) · scale; dq = dS k; dk = dSᵀ q.
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Backward(NativeTensor* gradients, int thread, int threads, nint packed)
    {
        AttentionShape shape = AttentionShape.Of(gradients->Source(0), gradients->Source(1), packed);
        Rows q = new(gradients->Source(0)), k = new(gradients->Source(1)), v = new(gradients->Source(2)), o = new(gradients->Source(3)), d = new(gradients->Source(4)), result = new(gradients);
        int* starts = (int*)gradients->Source(5)->Data;
        int tokens = (int)gradients->Lengths[1], n = shape.HeadLength, length = shape.Heads * n;
        int padded = Padded(tokens);
        using Scratch queries = new((long)n * padded);
        using Scratch outputs = new((long)n * padded);
        using Scratch weights = new((long)Block * padded);
        using Scratch changes = new((long)Block * padded);
        using Scratch sums = new(2L * padded);
        int[] ends = Ends(starts, tokens);
        for (int head = thread; head < shape.Heads; head += threads)
        {
            int shared = head / shape.Group;
            FusedProducts.TransposeInto(q.At(head * n, 0), q.Stride, tokens, n, queries.Start, padded);
            FusedProducts.TransposeInto(d.At(head * n, 0), d.Stride, tokens, n, outputs.Start, padded);
            float* logSums = sums.Start;
            float* products = sums.Start + padded;
            for (int token = 0; token < padded; token++)
            {
                logSums[token] = token < tokens ? *o.At(length + head, token) : 0;
                products[token] = token < tokens ? Dot(o.At(head * n, token), d.At(head * n, token), n) : 0;
                if (token < tokens)
                {
                    new Span<float>(result.At(head * n, token), n).Clear();
                }
            }

            for (int key = 0; key < tokens; key += Block)
            {
                int keys = Math.Min(Block, tokens - key);
                int end = Padded(ends[key + keys - 1]);
                int used = Math.Min(end, tokens);
                for (int row = 0; row < keys; row += Tiles.Rows)
                {
                    float* p = weights.Start + ((nint)row * padded);
                    float* s = changes.Start + ((nint)row * padded);
                    for (int query = key; query < end; query += Block)
                    {
                        Tiles.Wide(k.At(shared * n, key + row), k.Stride, 1, queries.Start + query, padded, p + query, padded, n, add: false);
                        Tiles.Wide(v.At(shared * n, key + row), v.Stride, 1, outputs.Start + query, padded, s + query, padded, n, add: false);
                    }

                    for (int i = 0; i < Tiles.Rows; i++)
                    {
                        Weigh(p + ((nint)i * padded), s + ((nint)i * padded), key, end, key + row + i, ends[key + row + i], logSums, products, shape.Scale);
                    }

                    Mix(p + key, padded, 1, d.At(head * n, key), d.Stride, result.At((2 * length) + (head * n), key + row), result.Stride, used - key, n, add: false);
                    Mix(s + key, padded, 1, q.At(head * n, key), q.Stride, result.At(length + (head * n), key + row), result.Stride, used - key, n, add: false);
                }

                for (int query = key; query < used; query += Tiles.Rows)
                {
                    Mix(changes.Start + query, 1, padded, k.At(shared * n, key), k.Stride, result.At(head * n, query), result.Stride, keys, n, add: true);
                }
            }
        }
    }

    /// <summary>Sums heads that share keys and values: [n, key-value heads, tokens] of a part of <see cref="Backward"/>'s rows. Sources: those. Group and first element are packed.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void SumHeads(NativeTensor* result, int thread, int threads, nint packed)
    {
        int group = (int)(packed & 0xFFFF);
        int first = (int)(packed >> 16);
        Rows source = new(result->Source(0));
        int n = (int)result->Lengths[0], heads = (int)result->Lengths[1], tokens = (int)result->Lengths[2];
        for (int token = thread; token < tokens; token += threads)
        {
            float* to = result->Floats + ((nint)token * heads * n);
            for (int i = 0; i < heads * n; i += Vector256<float>.Count)
            {
                float* from = source.At(first + (i / n * group * n) + (i % n), token);
                Vector256<float> sum = Vector256.Load(from);
                for (int member = 1; member < group; member++)
                {
                    sum += Vector256.Load(from + (member * n));
                }

                sum.Store(to + i);
            }
        }
    }

    private static int Padded(int tokens) => (tokens + Block - 1) / Block * Block;

    /// <summary>For each token, the one behind the last that sees it.</summary>
    private static int[] Ends(int* starts, int tokens)
    {
        int[] ends = new int[tokens];
        for (int token = tokens - 1, end = tokens; token >= 0; token--)
        {
            ends[token] = end;
            end = starts[token] == token ? token : end;
        }

        return ends;
    }

    /// <summary>weights[first..end) = softmax(scale · scores) from <paramref name="from"/> to <paramref name="to"/>, else 0.</summary>
    /// <returns>ln Σ exp(scale · score).</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SoftMax(float* scores, int first, int end, int from, int to, float scale)
    {
        new Span<float>(scores + first, from - first).Fill(float.NegativeInfinity);
        new Span<float>(scores + to, end - to).Fill(float.NegativeInfinity);
        Vector256<float> largest = Vector256.Create(float.NegativeInfinity);
        for (int i = first; i < end; i += Vector256<float>.Count)
        {
            largest = Vector256.Max(largest, Vector256.Load(scores + i));
        }

        float most = float.NegativeInfinity;
        for (int i = 0; i < Vector256<float>.Count; i++)
        {
            most = Math.Max(most, largest[i]);
        }

        Vector256<float> sums = Vector256<float>.Zero;
        for (int i = first; i < end; i += Vector256<float>.Count)
        {
            Vector256<float> weight = Exponential.Of((Vector256.Load(scores + i) - Vector256.Create(most)) * scale);
            sums += weight;
            weight.Store(scores + i);
        }

        float sum = Vector256.Sum(sums);
        for (int i = first; i < end; i += Vector256<float>.Count)
        {
            (Vector256.Load(scores + i) * (1 / sum)).Store(scores + i);
        }

        return MathF.Log(sum) + (scale * most);
    }

    /// <summary>Scores of one key become weights, and the weights' gradients the scores'; 0 where the key is not seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Weigh(float* p, float* s, int first, int end, int from, int to, float* logSums, float* products, float scale)
    {
        for (int i = first; i < end; i += Vector256<float>.Count)
        {
            Vector256<float> weight = Exponential.Of((Vector256.Load(p + i) * scale) - Vector256.Load(logSums + i));
            weight.Store(p + i);
            (weight * (Vector256.Load(s + i) - Vector256.Load(products + i)) * scale).Store(s + i);
        }

        new Span<float>(p + first, from - first).Clear();
        new Span<float>(s + first, from - first).Clear();
        new Span<float>(p + to, end - to).Clear();
        new Span<float>(s + to, end - to).Clear();
    }

    /// <summary>c[8, n] = Σ a b over n columns, a multiple of 16.</summary>
    private static void Mix(float* a, nint rowStride, nint stepStride, float* b, nint bStride, float* c, nint cStride, int steps, int n, bool add)
    {
        int column = 0;
        for (; column + Tiles.Columns <= n; column += Tiles.Columns)
        {
            Tiles.Wide(a, rowStride, stepStride, b + column, bStride, c + column, cStride, steps, add);
        }

        if (column < n)
        {
            Tiles.Narrow(a, rowStride, stepStride, b + column, bStride, c + column, cStride, steps, add);
        }
    }

    private static float Dot(float* a, float* b, int n)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        for (int i = 0; i < n; i += Vector256<float>.Count)
        {
            sum += Vector256.Load(a + i) * Vector256.Load(b + i);
        }

        return Vector256.Sum(sum);
    }

    /// <summary>Rows of a tensor: a token's numbers lie one after another, in two or three dimensions.</summary>
    private readonly struct Rows(NativeTensor* tensor)
    {
        private readonly float* _start = tensor->Floats;

        public nint Stride { get; } = (nint)(tensor->Strides[tensor->Lengths[2] > 1 ? 2 : 1] / sizeof(float));

        public float* At(int element, int token) => _start + (token * Stride) + element;
    }
}
