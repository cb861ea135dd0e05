using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>The innermost product in bfloat16, with sums in F32: c[8, 32] = Σ_p a[8, p] · b[p, 32]. Twice as fast as <see cref="Tiles"/>, where there are instructions for it.</summary>
/// <remarks>
/// AVX512-BF16 multiplies pairs of numbers, and .NET has no intrinsic for it, so these thirty instructions are assembled once in a
/// process, see <see cref="Amd64Assembler"/>. The loops around them are compiled with all optimizations at once: runs are often shorter than
/// .NET takes to replace its quick first version. Steps go in pairs: a row of a is its numbers, as they are; b is pair after pair, in each
/// column after column both numbers. Sums run in order, as in <see cref="Tiles"/>.
/// </remarks>
internal static unsafe class Bfloat16Tiles
{
    private const int Avx512Bf16Bit = 5;
    private static readonly nint Kernel = Assembled();

    /// <summary>Whether this processor has the instructions and the system lets code be made.</summary>
    public static bool AreFast => Kernel != 0;

    /// <summary>A tile of 8 rows and 32 columns.</summary>
    /// <param name="a">Its first pair.</param>
    /// <param name="rowStride">Pairs between two rows of a.</param>
    /// <param name="b">[32 columns, pairs], two numbers each.</param>
    /// <param name="c">Takes the result.</param>
    /// <param name="cStride">Elements between two rows of c.</param>
    /// <param name="pairs">Half the length of the sums, at least 1.</param>
    /// <param name="add">Whether the result is added to c.</param>
    public static void Wide(uint* a, nint rowStride, uint* b, float* c, nint cStride, nint pairs, bool add)
    {
        Arguments arguments = new() { A = a, RowBytes = rowStride * sizeof(uint), B = b, Pairs = pairs, C = c, ColumnBytes = cStride * sizeof(float) };
        if (!add)
        {
            for (int row = 0; row < Tiles.Rows; row++)
            {
                Vector512<float>.Zero.Store(c + (row * cStride));
                Vector512<float>.Zero.Store(c + (row * cStride) + Vector512<float>.Count);
            }
        }

        ((delegate* unmanaged[SuppressGCTransition]<Arguments*, void>)Kernel)(&arguments);
    }

    /// <summary>Pairs of neighbours, rounded to nearest even: a row of a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RoundRow(float* source, nint count, uint* pairs)
    {
        // The lower halves of neighbours' registers hold even places, the upper odd ones: two numbers are one 64-bit lane.
        for (nint i = 0; i < count; i += Vector512<float>.Count)
        {
            Vector512<ulong> both = Rounded(Vector512.Load((uint*)source + i)).AsUInt64();
            Vector512<ulong> joined = ((both >> 16) & Vector512.Create(0xFFFFUL)) | ((both >> 32) & Vector512.Create(0xFFFF0000UL));
            Vector512.Narrow(joined, Vector512<ulong>.Zero).GetLower().Store(pairs + (i / 2));
        }
    }

    /// <summary>Two steps of 32 columns: a pair of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RoundPair(float* first, float* second, uint* pair)
    {
        for (int i = 0; i < Tiles.Columns; i += Vector512<float>.Count)
        {
            Vector512<uint> low = Rounded(Vector512.Load((uint*)first + i)) >> 16;
            Vector512<uint> high = Rounded(Vector512.Load((uint*)second + i)) & Vector512.Create(0xFFFF0000u);
            (low | high).Store(pair + i);
        }
    }

    /// <summary>Adds what rounds the upper half to nearest even; infinities stay, and so do numbers that are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Rounded(Vector512<uint> bits)
    {
        Vector512<uint> rounded = bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512.Create(1u));
        Vector512<uint> special = Vector512.Equals(bits & Vector512.Create(0x7F800000u), Vector512.Create(0x7F800000u));
        return Vector512.ConditionalSelect(special, bits | ((bits & Vector512.Create(0xFFFFu)) << 15 & Vector512.Create(0x400000u)), rounded);
    }

    private static nint Assembled()
    {
        bool has = Avx512F.IsSupported && Avx512BW.IsSupported && X86Base.IsSupported
            && X86Base.CpuId(0, 0).Eax >= 7 && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax >> Avx512Bf16Bit & 1) != 0;
        return has ? ExecutableMemory.TryWrite(Code(OperatingSystem.IsWindows())) : 0;
    }

    /// <summary>The kernel: a function of a pointer to <see cref="Arguments"/>. Registers 16 to 31 are the sums, two for each row.</summary>
    internal static byte[] Code(bool windows)
    {
        const GeneralRegister Rows = GeneralRegister.Rax, LowerRows = GeneralRegister.R10, RowBytes = GeneralRegister.R8, ThreeRows = GeneralRegister.R9;
        const GeneralRegister B = GeneralRegister.Rdx, Pairs = GeneralRegister.Rcx, Arguments = GeneralRegister.R11;
        const int FirstSum = 16, VectorBytes = 64;
        MemoryOperand[] rows = [.. ((GeneralRegister[])[Rows, LowerRows]).SelectMany(four => (MemoryOperand[])[new(four), new(four, RowBytes), new(four, RowBytes, 2), new(four, ThreeRows)])];
        Amd64Assembler code = new();
        code.Move(Arguments, windows ? GeneralRegister.Rcx : GeneralRegister.Rdi);
        code.Load(Rows, Argument(nameof(Bfloat16Tiles.Arguments.A)));
        code.Load(RowBytes, Argument(nameof(Bfloat16Tiles.Arguments.RowBytes)));
        code.Load(B, Argument(nameof(Bfloat16Tiles.Arguments.B)));
        code.Load(Pairs, Argument(nameof(Bfloat16Tiles.Arguments.Pairs)));
        code.LoadAddress(ThreeRows, new(RowBytes, RowBytes, 2));
        code.LoadAddress(LowerRows, new(Rows, RowBytes, 4));
        for (int sum = 0; sum < 2 * Tiles.Rows; sum++)
        {
            code.Clear(FirstSum + sum);
        }

        int loop = code.Position;
        code.Load(0, new MemoryOperand(B));
        code.Load(1, new MemoryOperand(B, Displacement: VectorBytes));
        for (int row = 0; row < Tiles.Rows; row++)
        {
            int pair = 2 + (row % 4);
            code.Broadcast(pair, rows[row]);
            code.MultiplyAddPairs(FirstSum + (2 * row), 0, pair);
            code.MultiplyAddPairs(FirstSum + (2 * row) + 1, 1, pair);
        }

        code.Add(Rows, sizeof(uint));
        code.Add(LowerRows, sizeof(uint));
        code.Add(B, 2 * VectorBytes);
        code.Decrement(Pairs);
        code.JumpIfNotZero(loop);

        // The same registers, now for c.
        code.Load(Rows, Argument(nameof(Bfloat16Tiles.Arguments.C)));
        code.Load(RowBytes, Argument(nameof(Bfloat16Tiles.Arguments.ColumnBytes)));
        code.LoadAddress(ThreeRows, new(RowBytes, RowBytes, 2));
        code.LoadAddress(LowerRows, new(Rows, RowBytes, 4));
        for (int sum = 0; sum < 2 * Tiles.Rows; sum++)
        {
            MemoryOperand place = rows[sum / 2] with { Displacement = sum % 2 * VectorBytes };
            code.Add(FirstSum + sum, FirstSum + sum, place);
            code.Store(place, FirstSum + sum);
        }

        code.Return();
        return code.ToArray();

        static MemoryOperand Argument(string name) => new(Arguments, Displacement: (int)Marshal.OffsetOf<Arguments>(name));
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Arguments
    {
        public uint* A;
        public nint RowBytes;
        public uint* B;
        public nint Pairs;
        public float* C;
        public nint ColumnBytes;
    }
}
