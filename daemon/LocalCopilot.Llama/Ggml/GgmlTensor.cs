using LocalCopilot.Llama.Gguf;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <summary>A tensor of a graph: an operation on others, or data. Up to four dimensions, the first one contiguous.</summary>
/// <remarks>Usable as long as the <see cref="GgmlContext"/> that made it; its data as long as the buffer that holds it.</remarks>
public readonly unsafe struct GgmlTensor : IEquatable<GgmlTensor>
{
    internal GgmlTensor(nint pointer) => Pointer = pointer;

    /// <summary>Whether it is there at all; false for <c>default</c>.</summary>
    public bool Exists => Pointer != 0;

    /// <summary>How its elements are stored.</summary>
    public GgufTensorType Type => (GgufTensorType)Native->Type;

    /// <summary>Number of elements.</summary>
    public long Elements => Length(0) * Length(1) * Length(2) * Length(3);

    /// <summary>Bytes from its first element to its last.</summary>
    public long Bytes => (long)GgmlNative.Bytes(Pointer);

    /// <summary>Name of its operation, e.g. <c>MUL_MAT</c>; <c>NONE</c> for data.</summary>
    public string Operation => LlamaRuntime.Text(GgmlNative.OperationName(Native->Operation));

    /// <summary>Its name; empty where none was given. At most 63 bytes of one are kept.</summary>
    public string Name => LlamaRuntime.Text(GgmlNative.GetName(Pointer));

    internal nint Pointer { get; }

    internal NativeTensor* Native => (NativeTensor*)Pointer;

    /// <summary>Elements of a dimension, 0 to 3; dimension 0 is the contiguous one.</summary>
    public long Length(int dimension) => Native->Lengths[dimension];

    /// <summary>Bytes between two neighbours of a dimension, 0 to 3.</summary>
    public long Stride(int dimension) => (long)Native->Strides[dimension];

    /// <summary>Keeps its data from being overwritten by what a graph computes after it.</summary>
    /// <returns>Itself.</returns>
    public GgmlTensor AsOutput()
    {
        GgmlNative.SetOutput(Pointer);
        return this;
    }

    /// <summary>Marks it as written to from outside before a graph computes: it gets its memory before everything else.</summary>
    /// <returns>Itself.</returns>
    public GgmlTensor AsInput()
    {
        GgmlNative.SetInput(Pointer);
        return this;
    }

    /// <summary>Gives it a name.</summary>
    /// <returns>Itself.</returns>
    public GgmlTensor Named(string name)
    {
        GgmlNative.SetName(Pointer, name);
        return this;
    }

    /// <summary>Copies data into it, whatever device holds it.</summary>
    /// <param name="data">Elements in the tensor's own type.</param>
    /// <param name="offset">Bytes of the tensor to leave before.</param>
    /// <exception cref="ArgumentException">There is more data than the tensor holds, or it holds none yet.</exception>
    public void Write<T>(ReadOnlySpan<T> data, long offset = 0)
        where T : unmanaged
    {
        long bytes = (long)data.Length * sizeof(T);
        Check(bytes, offset);
        fixed (T* start = data)
        {
            GgmlNative.TensorSet(Pointer, start, (nuint)offset, (nuint)bytes);
        }
    }

    /// <summary>Copies data out of it, whatever device holds it.</summary>
    /// <param name="data">Takes elements in the tensor's own type.</param>
    /// <param name="offset">Bytes of the tensor to leave before.</param>
    /// <exception cref="ArgumentException">The tensor does not hold so much.</exception>
    public void Read<T>(Span<T> data, long offset = 0)
        where T : unmanaged
    {
        long bytes = (long)data.Length * sizeof(T);
        Check(bytes, offset);
        fixed (T* start = data)
        {
            GgmlNative.TensorGet(Pointer, start, (nuint)offset, (nuint)bytes);
        }
    }

    /// <summary>A copy of all its elements.</summary>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        T[] data = new T[Bytes / sizeof(T)];
        Read<T>(data);
        return data;
    }

    /// <summary>Sets every byte to 0.</summary>
    /// <exception cref="ArgumentException">It holds no data yet.</exception>
    public void Clear()
    {
        Check(0, 0);
        GgmlNative.TensorFill(Pointer, 0, 0, (nuint)Bytes);
    }

    /// <inheritdoc/>
    public bool Equals(GgmlTensor other) => Pointer == other.Pointer;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GgmlTensor other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Pointer.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Exists ? $"{Operation} {Name} {Type} [{Length(0)}, {Length(1)}, {Length(2)}, {Length(3)}]" : "no tensor";

    /// <summary>Whether both are the same tensor.</summary>
    public static bool operator ==(GgmlTensor left, GgmlTensor right) => left.Equals(right);

    /// <summary>Whether they are different tensors.</summary>
    public static bool operator !=(GgmlTensor left, GgmlTensor right) => !left.Equals(right);

    private void Check(long bytes, long offset)
    {
        // The library would end the process.
        if (Native->Data == null)
        {
            throw new ArgumentException($"The tensor {Name} has no memory yet. Allocate its context, or the graph that computes it, first.");
        }

        if (offset < 0 || offset + bytes > Bytes)
        {
            throw new ArgumentException($"The tensor {Name} has {Bytes} bytes; {bytes} from byte {offset} on do not lie in it.");
        }
    }
}
