using LocalCopilot.Llama.Gguf;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <summary>Where tensors and graphs are described, without their data. Freed as a whole.</summary>
/// <remarks>Used by one thread at a time. The number of tensors is fixed when it is made, since the library ends the process when it runs out of room.</remarks>
public sealed unsafe partial class GgmlContext : IDisposable
{
    private readonly GgmlContextHandle _handle;
    private readonly int _capacity;
    private int _count;

    /// <param name="tensors">Tensors that it can describe, results of operations and views included.</param>
    /// <param name="graphNodes">Nodes of all graphs in it together.</param>
    /// <param name="graphs">Graphs in it.</param>
    /// <exception cref="LlamaException">There is no memory for so many.</exception>
    public GgmlContext(int tensors, int graphNodes = 0, int graphs = 0)
    {
        LlamaRuntime.Load();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tensors);
        nuint size = (GgmlNative.TensorOverhead() * (nuint)tensors) + 256;
        if (graphs > 0)
        {
            size += GgmlNative.GraphOverhead((nuint)graphNodes, gradients: false) + ((nuint)graphs * (GgmlNative.GraphOverhead(16, gradients: false) + 1024));
        }

        nint context = GgmlNative.Init(new() { MemorySize = size, NoAllocation = 1 });
        if (context == 0)
        {
            throw new LlamaException($"There is no memory to describe {tensors} tensors. Use a smaller model or shorter rows.");
        }

        _handle = new(context);
        _capacity = tensors;
    }

    internal nint Pointer => _handle.IsClosed ? throw new ObjectDisposedException(nameof(GgmlContext)) : _handle.DangerousGetHandle();

    /// <summary>A tensor for data.</summary>
    /// <param name="type">How its elements are stored.</param>
    /// <param name="lengths">One to four dimensions, the contiguous one first; that one must be whole blocks of the type.</param>
    public GgmlTensor Create(GgufTensorType type, params ReadOnlySpan<long> lengths)
    {
        if (lengths.Length is 0 or > 4 || lengths[0] % GgmlTypes.BlockElements(type) != 0)
        {
            throw new ArgumentException($"[{string.Join(", ", lengths.ToArray())}] is no shape of a tensor of type {type}: the first length must be a multiple of {GgmlTypes.BlockElements(type)}.", nameof(lengths));
        }

        fixed (long* start = lengths)
        {
            return Count(GgmlNative.NewTensor(Pointer, (int)type, lengths.Length, start));
        }
    }

    /// <summary>A graph to add operations to.</summary>
    /// <param name="nodes">Operations and data that it can hold.</param>
    public GgmlGraph CreateGraph(int nodes) => new(GgmlNative.NewGraph(Pointer, (nuint)nodes, gradients: false), this);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private GgmlTensor Count(nint tensor)
    {
        _count++;
        return _count <= _capacity && tensor != 0 ? new(tensor) : throw new LlamaException($"The context was made for {_capacity} tensors and has no room for more.");
    }

    private void Room()
    {
        if (_count >= _capacity)
        {
            throw new LlamaException($"The context was made for {_capacity} tensors and has no room for more.");
        }
    }
}
