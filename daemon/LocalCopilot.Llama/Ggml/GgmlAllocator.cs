using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <summary>Gives the intermediate results of a graph memory, the same to several where their lives do not overlap.</summary>
public sealed unsafe class GgmlAllocator : IDisposable
{
    private readonly GgmlAllocatorHandle _handle;

    /// <summary>An allocator of a device's memory.</summary>
    public GgmlAllocator(GgmlBackend backend) => _handle = new(GgmlNative.AllocatorNew(backend.BufferType));

    /// <summary>Bytes that it has allocated.</summary>
    public long Bytes => (long)GgmlNative.AllocatorSize(Pointer, 0);

    private nint Pointer => _handle.IsClosed ? throw new ObjectDisposedException(nameof(GgmlAllocator)) : _handle.DangerousGetHandle();

    /// <summary>Bytes that a graph would need, without allocating them.</summary>
    public long Measure(GgmlGraph graph)
    {
        nuint bytes = 0;
        GgmlNative.AllocatorMeasure(Pointer, graph.Pointer, null, null, &bytes);
        return (long)bytes;
    }

    /// <summary>Allocates all of a graph that has no memory yet.</summary>
    /// <exception cref="LlamaException">There is not enough.</exception>
    public void Allocate(GgmlGraph graph)
    {
        if (!GgmlNative.AllocatorAllocate(Pointer, graph.Pointer))
        {
            throw new LlamaException("The device has not enough free memory for the graph's intermediate results. Use shorter rows or a smaller model.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
