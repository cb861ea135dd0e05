using LocalCopilot.Llama.Gguf;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml;

/// <summary>What the library knows of tensor types, and conversion between them and 32-bit floats.</summary>
public static unsafe class GgmlTypes
{
    /// <summary>Elements of a block of the type.</summary>
    public static long BlockElements(GgufTensorType type)
    {
        LlamaRuntime.Load();
        return GgmlNative.BlockElements((int)type);
    }

    /// <summary>Bytes of a row of elements.</summary>
    public static long RowBytes(GgufTensorType type, long elements) => elements / BlockElements(type) * (long)GgmlNative.BlockBytes((int)type);

    /// <summary>Converts whole blocks to floats.</summary>
    /// <exception cref="ArgumentException">Source and destination do not have the same number of elements.</exception>
    /// <exception cref="LlamaException">The library cannot convert this type.</exception>
    public static void ToFloats(GgufTensorType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (source.Length != RowBytes(type, destination.Length))
        {
            throw new ArgumentException($"{source.Length} bytes of {type} are not {destination.Length} elements.", nameof(source));
        }

        fixed (byte* from = source)
        fixed (float* to = destination)
        {
            ToFloats((int)type, from, to, destination.Length);
        }
    }

    /// <summary>Converts floats to another type, rounding to nearest.</summary>
    /// <param name="type">The type to convert to.</param>
    /// <param name="source">Rows of floats.</param>
    /// <param name="rowElements">Elements of a row, whole blocks of the type.</param>
    /// <param name="destination">Takes them.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void FromFloats(GgufTensorType type, ReadOnlySpan<float> source, int rowElements, Span<byte> destination)
    {
        if (rowElements % BlockElements(type) != 0 || source.Length % rowElements != 0 || destination.Length != RowBytes(type, source.Length))
        {
            throw new ArgumentException($"{source.Length} elements in rows of {rowElements} are not {destination.Length} bytes of {type}.", nameof(source));
        }

        if (type == GgufTensorType.F32)
        {
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(source).CopyTo(destination);
            return;
        }

        fixed (float* from = source)
        fixed (byte* to = destination)
        {
            GgmlNative.QuantizeChunk((int)type, from, to, 0, source.Length / rowElements, rowElements, null);
        }
    }

    internal static void ToFloats(int type, void* source, float* destination, long elements)
    {
        if (type == (int)GgufTensorType.F32)
        {
            Buffer.MemoryCopy(source, destination, elements * sizeof(float), elements * sizeof(float));
            return;
        }

        TypeTraits* traits = GgmlNative.GetTypeTraits(type);
        if (traits->ToFloat == null)
        {
            throw new LlamaException($"The library cannot convert tensors of type {LlamaRuntime.Text(traits->Name)}.");
        }

        traits->ToFloat(source, destination, elements);
    }
}
