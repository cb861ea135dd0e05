using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>Memory of one thread within one operation. The C library keeps freed blocks of this size, so it costs no page faults.</summary>
internal readonly unsafe ref struct Scratch
{
    private const int CacheLine = 64;

    private readonly void* _memory;

    /// <param name="floats">Its length; its content is undefined.</param>
    public Scratch(long floats) => _memory = NativeMemory.AlignedAlloc((nuint)Math.Max(1, floats) * sizeof(float), CacheLine);

    public float* Start => (float*)_memory;

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
