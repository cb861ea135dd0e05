using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Native;

/// <summary><c>struct ggml_init_params</c> of ggml.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GgmlInitParams
{
    public nuint MemorySize;
    public nint MemoryBuffer;
    public byte NoAllocation;
}

/// <summary><c>struct ggml_tensor</c> of ggml.h, of the version that is bound; a test compares it with what the library says.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTensor
{
    public const int MaxSources = 10;

    public int Type;
    public nint Buffer;
    public fixed long Lengths[4];
    public FourStrides Strides;
    public int Operation;
    public fixed int Parameters[16];
    public int Flags;
    public TenTensors Sources;
    public NativeTensor* ViewSource;
    public nuint ViewOffset;
    public void* Data;
    public fixed byte Name[64];
    public nint Extra;
    public nint Padding;

    public readonly float* Floats => (float*)Data;

    /// <summary>Elements between two rows of a tensor of 4-byte elements.</summary>
    public readonly nint RowStride => (nint)(Strides[1] / sizeof(float));

    public readonly NativeTensor* Source(int index) => (NativeTensor*)Sources[index];
}

/// <summary><c>size_t nb[4]</c></summary>
[InlineArray(4)]
internal struct FourStrides
{
    private nuint _first;
}

/// <summary><c>struct ggml_tensor * src[10]</c></summary>
[InlineArray(NativeTensor.MaxSources)]
internal struct TenTensors
{
    private nint _first;
}

/// <summary><c>struct ggml_type_traits</c> of ggml.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TypeTraits
{
    public byte* Name;
    public long BlockElements;
    public long BlockElementsInterleaved;
    public nuint BlockBytes;
    public byte IsQuantized;
    public delegate* unmanaged[Cdecl]<void*, float*, long, void> ToFloat;
    public delegate* unmanaged[Cdecl]<float*, void*, long, void> FromFloat;
}
