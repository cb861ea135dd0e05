using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>Rows become columns, in squares of eight by eight.</summary>
internal static unsafe class Transposition
{
    private const int Square = 8;

    /// <param name="source">[columns, rows].</param>
    /// <param name="sourceStride">Elements between two of its rows.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="result">[rows, columns].</param>
    /// <param name="resultStride">Elements between two of its rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceStride, int rows, int columns, float* result, nint resultStride)
    {
        int row = 0;
        for (; Avx.IsSupported && row + Square <= rows; row += Square)
        {
            int column = 0;
            for (; column + Square <= columns; column += Square)
            {
                EightByEight(source + (row * sourceStride) + column, sourceStride, result + (column * resultStride) + row, resultStride);
            }

            Plain(source, sourceStride, row, row + Square, column, columns, result, resultStride);
        }

        Plain(source, sourceStride, row, rows, 0, columns, result, resultStride);
    }

    private static void Plain(float* source, nint sourceStride, int row, int rows, int column, int columns, float* result, nint resultStride)
    {
        for (nint c = column; c < columns; c++)
        {
            for (nint r = row; r < rows; r++)
            {
                result[(c * resultStride) + r] = source[(r * sourceStride) + c];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightByEight(float* source, nint sourceStride, float* result, nint resultStride)
    {
        // Pairs of rows, then pairs of pairs, then the halves of the registers change places.
        Vector256<float> r0 = Vector256.Load(source), r1 = Vector256.Load(source + sourceStride), r2 = Vector256.Load(source + (2 * sourceStride)), r3 = Vector256.Load(source + (3 * sourceStride));
        Vector256<float> r4 = Vector256.Load(source + (4 * sourceStride)), r5 = Vector256.Load(source + (5 * sourceStride)), r6 = Vector256.Load(source + (6 * sourceStride)), r7 = Vector256.Load(source + (7 * sourceStride));
        Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5), a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44), b1 = Avx.Shuffle(a0, a2, 0xEE), b2 = Avx.Shuffle(a1, a3, 0x44), b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44), b5 = Avx.Shuffle(a4, a6, 0xEE), b6 = Avx.Shuffle(a5, a7, 0x44), b7 = Avx.Shuffle(a5, a7, 0xEE);
        Avx.Permute2x128(b0, b4, 0x20).Store(result);
        Avx.Permute2x128(b1, b5, 0x20).Store(result + resultStride);
        Avx.Permute2x128(b2, b6, 0x20).Store(result + (2 * resultStride));
        Avx.Permute2x128(b3, b7, 0x20).Store(result + (3 * resultStride));
        Avx.Permute2x128(b0, b4, 0x31).Store(result + (4 * resultStride));
        Avx.Permute2x128(b1, b5, 0x31).Store(result + (5 * resultStride));
        Avx.Permute2x128(b2, b6, 0x31).Store(result + (6 * resultStride));
        Avx.Permute2x128(b3, b7, 0x31).Store(result + (7 * resultStride));
    }
}
