using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <summary>Memory of a device that tensors lie in.</summary>
public sealed unsafe class GgmlBuffer : IDisposable
{
    private const int UsageWeights = 1;

    private readonly GgmlBufferHandle _handle;

    private GgmlBuffer(GgmlBufferHandle handle) => _handle = handle;

    /// <summary>Its size in bytes.</summary>
    public long Bytes => (long)GgmlNative.BufferSize(Pointer);

    /// <summary>Whether the processor can address it.</summary>
    public bool IsHost => GgmlNative.BufferIsHost(Pointer);

    private nint Pointer => _handle.IsClosed ? throw new ObjectDisposedException(nameof(GgmlBuffer)) : _handle.DangerousGetHandle();

    /// <summary>Memory of a backend for all tensors of a context that have none, cleared.</summary>
    /// <exception cref="LlamaException">There is not so much memory.</exception>
    public static GgmlBuffer Allocate(GgmlContext context, GgmlBackend backend)
    {
        nint buffer = GgmlNative.AllocateTensors(context.Pointer, backend.BufferType);
        if (buffer == 0)
        {
            throw new LlamaException("The device has not enough free memory for the tensors. Use a smaller model, rank or row.");
        }

        GgmlNative.BufferClear(buffer, 0);
        return new(new(buffer, memory: null));
    }

    /// <summary>Memory of a backend that <see cref="Place"/> puts tensors into, cleared.</summary>
    /// <exception cref="LlamaException">There is not so much memory.</exception>
    public static GgmlBuffer Allocate(long bytes, GgmlBackend backend)
    {
        nint buffer = GgmlNative.AllocateBuffer(backend.BufferType, (nuint)bytes);
        if (buffer == 0)
        {
            throw new LlamaException($"The device has no {bytes} bytes of free memory. Use a smaller model, rank or row.");
        }

        GgmlNative.BufferClear(buffer, 0);
        return new(new(buffer, memory: null));
    }

    /// <summary>The memory of a mapped file, for the processor. Keeps the file mapped.</summary>
    public static GgmlBuffer Map(MappedFile file) => new(new(GgmlNative.BufferFromPointer(file.Start, (nuint)file.Bytes), file.Handle));

    /// <summary>Gives a tensor its place.</summary>
    /// <param name="tensor">One without memory.</param>
    /// <param name="offset">Bytes from the buffer's begin, a multiple of 32.</param>
    /// <exception cref="ArgumentException">The place is not in the buffer, or the tensor has one.</exception>
    public void Place(GgmlTensor tensor, long offset)
    {
        if (offset % 32 != 0 || offset < 0 || offset + tensor.Bytes > Bytes || tensor.Native->Data != null)
        {
            throw new ArgumentException($"{tensor} ({tensor.Bytes} bytes) cannot be placed at byte {offset} of a buffer of {Bytes}.", nameof(offset));
        }

        if (GgmlNative.PlaceTensor(Pointer, tensor.Pointer, (byte*)GgmlNative.BufferBase(Pointer) + offset) != 0)
        {
            throw new LlamaException($"{tensor} cannot be placed in the device's memory.");
        }
    }

    /// <summary>Says that it holds weights: schedulers then compute where the weights are.</summary>
    public void MarkAsWeights() => GgmlNative.BufferSetUsage(Pointer, UsageWeights);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
