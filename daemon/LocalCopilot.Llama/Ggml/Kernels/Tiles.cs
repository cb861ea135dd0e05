using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>The innermost products, in registers: c[8, n] = Σ_p a[8, p] · b[p, n], with n 16 or 32.</summary>
/// <remarks>
/// Sums over p run in order, whatever the tile, so results do not depend on the number of threads. Written out, since the
/// compiler keeps neither arrays nor loops of vectors in registers. 98 % of the peak of F32 on Zen 4, see docs/performance.md.
/// </remarks>
internal static unsafe class Tiles
{
    /// <summary>Rows of a tile.</summary>
    public const int Rows = 8;

    /// <summary>Columns of a wide tile.</summary>
    public const int Columns = 32;

    /// <summary>Whether this processor has the instructions; else ggml's own products are the faster ones.</summary>
    public static bool AreFast => Vector256.IsHardwareAccelerated && System.Runtime.Intrinsics.X86.Fma.IsSupported;

    /// <summary>A tile of 8 rows and 32 columns.</summary>
    /// <param name="a">Its first element.</param>
    /// <param name="rowStride">Elements between two rows of a.</param>
    /// <param name="stepStride">Elements between two steps of a.</param>
    /// <param name="b">Its first element.</param>
    /// <param name="bStride">Elements between two steps of b.</param>
    /// <param name="c">Takes the result.</param>
    /// <param name="cStride">Elements between two rows of c.</param>
    /// <param name="steps">Length of the sums.</param>
    /// <param name="add">Whether the result is added to c.</param>
    public static void Wide(float* a, nint rowStride, nint stepStride, float* b, nint bStride, float* c, nint cStride, nint steps, bool add)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            EightByTwo512(a, rowStride, stepStride, b, bStride, c, cStride, steps, add);
            return;
        }

        for (int half = 0; half < 2; half++)
        {
            FourByTwo256(a, rowStride, stepStride, b + (16 * half), bStride, c + (16 * half), cStride, steps, add);
            FourByTwo256(a + (4 * rowStride), rowStride, stepStride, b + (16 * half), bStride, c + (16 * half) + (4 * cStride), cStride, steps, add);
        }
    }

    /// <summary>A tile of 8 rows and 16 columns; else as <see cref="Wide"/>.</summary>
    public static void Narrow(float* a, nint rowStride, nint stepStride, float* b, nint bStride, float* c, nint cStride, nint steps, bool add)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            EightByOne512(a, rowStride, stepStride, b, bStride, c, cStride, steps, add);
            return;
        }

        FourByTwo256(a, rowStride, stepStride, b, bStride, c, cStride, steps, add);
        FourByTwo256(a + (4 * rowStride), rowStride, stepStride, b, bStride, c + (4 * cStride), cStride, steps, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightByTwo512(float* a, nint rowStride, nint stepStride, float* b, nint bStride, float* c, nint cStride, nint steps, bool add)
    {
        Vector512<float> c00 = Vector512<float>.Zero, c01 = Vector512<float>.Zero;
        Vector512<float> c10 = Vector512<float>.Zero, c11 = Vector512<float>.Zero;
        Vector512<float> c20 = Vector512<float>.Zero, c21 = Vector512<float>.Zero;
        Vector512<float> c30 = Vector512<float>.Zero, c31 = Vector512<float>.Zero;
        Vector512<float> c40 = Vector512<float>.Zero, c41 = Vector512<float>.Zero;
        Vector512<float> c50 = Vector512<float>.Zero, c51 = Vector512<float>.Zero;
        Vector512<float> c60 = Vector512<float>.Zero, c61 = Vector512<float>.Zero;
        Vector512<float> c70 = Vector512<float>.Zero, c71 = Vector512<float>.Zero;
        float* a0 = a, a1 = a + rowStride, a2 = a + (2 * rowStride), a3 = a + (3 * rowStride), a4 = a + (4 * rowStride), a5 = a + (5 * rowStride), a6 = a + (6 * rowStride), a7 = a + (7 * rowStride);
        for (nint step = 0, at = 0; step < steps; step++, at += stepStride, b += bStride)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16);
            Vector512<float> x = Vector512.Create(a0[at]);
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
            x = Vector512.Create(a1[at]);
            c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
            x = Vector512.Create(a2[at]);
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
            x = Vector512.Create(a3[at]);
            c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
            x = Vector512.Create(a4[at]);
            c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(x, b1, c41);
            x = Vector512.Create(a5[at]);
            c50 = Vector512.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(x, b1, c51);
            x = Vector512.Create(a6[at]);
            c60 = Vector512.FusedMultiplyAdd(x, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(x, b1, c61);
            x = Vector512.Create(a7[at]);
            c70 = Vector512.FusedMultiplyAdd(x, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(x, b1, c71);
        }

        Store512x2(c, add, c00, c01);
        Store512x2(c + cStride, add, c10, c11);
        Store512x2(c + (2 * cStride), add, c20, c21);
        Store512x2(c + (3 * cStride), add, c30, c31);
        Store512x2(c + (4 * cStride), add, c40, c41);
        Store512x2(c + (5 * cStride), add, c50, c51);
        Store512x2(c + (6 * cStride), add, c60, c61);
        Store512x2(c + (7 * cStride), add, c70, c71);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightByOne512(float* a, nint rowStride, nint stepStride, float* b, nint bStride, float* c, nint cStride, nint steps, bool add)
    {
        Vector512<float> c00 = Vector512<float>.Zero;
        Vector512<float> c10 = Vector512<float>.Zero;
        Vector512<float> c20 = Vector512<float>.Zero;
        Vector512<float> c30 = Vector512<float>.Zero;
        Vector512<float> c40 = Vector512<float>.Zero;
        Vector512<float> c50 = Vector512<float>.Zero;
        Vector512<float> c60 = Vector512<float>.Zero;
        Vector512<float> c70 = Vector512<float>.Zero;
        float* a0 = a, a1 = a + rowStride, a2 = a + (2 * rowStride), a3 = a + (3 * rowStride), a4 = a + (4 * rowStride), a5 = a + (5 * rowStride), a6 = a + (6 * rowStride), a7 = a + (7 * rowStride);
        for (nint step = 0, at = 0; step < steps; step++, at += stepStride, b += bStride)
        {
            Vector512<float> b0 = Vector512.Load(b);
            Vector512<float> x = Vector512.Create(a0[at]);
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00);
            x = Vector512.Create(a1[at]);
            c10 = Vector512.FusedMultiplyAdd(x, b0, c10);
            x = Vector512.Create(a2[at]);
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20);
            x = Vector512.Create(a3[at]);
            c30 = Vector512.FusedMultiplyAdd(x, b0, c30);
            x = Vector512.Create(a4[at]);
            c40 = Vector512.FusedMultiplyAdd(x, b0, c40);
            x = Vector512.Create(a5[at]);
            c50 = Vector512.FusedMultiplyAdd(x, b0, c50);
            x = Vector512.Create(a6[at]);
            c60 = Vector512.FusedMultiplyAdd(x, b0, c60);
            x = Vector512.Create(a7[at]);
            c70 = Vector512.FusedMultiplyAdd(x, b0, c70);
        }

        Store512x1(c, add, c00);
        Store512x1(c + cStride, add, c10);
        Store512x1(c + (2 * cStride), add, c20);
        Store512x1(c + (3 * cStride), add, c30);
        Store512x1(c + (4 * cStride), add, c40);
        Store512x1(c + (5 * cStride), add, c50);
        Store512x1(c + (6 * cStride), add, c60);
        Store512x1(c + (7 * cStride), add, c70);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo256(float* a, nint rowStride, nint stepStride, float* b, nint bStride, float* c, nint cStride, nint steps, bool add)
    {
        Vector256<float> c00 = Vector256<float>.Zero, c01 = Vector256<float>.Zero;
        Vector256<float> c10 = Vector256<float>.Zero, c11 = Vector256<float>.Zero;
        Vector256<float> c20 = Vector256<float>.Zero, c21 = Vector256<float>.Zero;
        Vector256<float> c30 = Vector256<float>.Zero, c31 = Vector256<float>.Zero;
        float* a0 = a, a1 = a + rowStride, a2 = a + (2 * rowStride), a3 = a + (3 * rowStride);
        for (nint step = 0, at = 0; step < steps; step++, at += stepStride, b += bStride)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
            Vector256<float> x = Vector256.Create(a0[at]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(a1[at]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(a2[at]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(a3[at]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
        }

        Store256x2(c, add, c00, c01);
        Store256x2(c + cStride, add, c10, c11);
        Store256x2(c + (2 * cStride), add, c20, c21);
        Store256x2(c + (3 * cStride), add, c30, c31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store512x2(float* c, bool add, Vector512<float> c0, Vector512<float> c1)
    {
        (add ? c0 + Vector512.Load(c) : c0).Store(c);
        (add ? c1 + Vector512.Load(c + 16) : c1).Store(c + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store512x1(float* c, bool add, Vector512<float> c0)
    {
        (add ? c0 + Vector512.Load(c) : c0).Store(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store256x2(float* c, bool add, Vector256<float> c0, Vector256<float> c1)
    {
        (add ? c0 + Vector256.Load(c) : c0).Store(c);
        (add ? c1 + Vector256.Load(c + 8) : c1).Store(c + 8);
    }
}
