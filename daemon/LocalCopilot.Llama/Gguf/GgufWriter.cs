using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LocalCopilot.Llama.Gguf;

/// <summary>Writes a GGUF file: metadata, then tensors with their data.</summary>
/// <remarks>Format: ggml/docs/gguf.md, version 3, little endian, tensors aligned to 32 bytes. The same content gives the same bytes.</remarks>
public sealed class GgufWriter
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const uint Version = 3;
    private const int Alignment = 32;
    private const uint UInt32Type = 4;
    private const uint Float32Type = 6;
    private const uint BoolType = 7;
    private const uint StringType = 8;
    private const uint ArrayType = 9;
    private const uint Int32Type = 5;

    private readonly List<(string Key, Action<Stream> Write)> _metadata = [];
    private readonly List<(string Name, GgufTensorType Type, long[] Shape, byte[] Data)> _tensors = [];

    /// <summary>Adds a text.</summary>
    public void Set(string key, string value) => Set(key, StringType, stream => WriteString(stream, value));

    /// <summary>Adds a whole number.</summary>
    public void Set(string key, uint value) => Set(key, UInt32Type, stream => WriteUInt32(stream, value));

    /// <summary>Adds a fraction.</summary>
    public void Set(string key, float value) => Set(key, Float32Type, stream => WriteUInt32(stream, BitConverter.SingleToUInt32Bits(value)));

    /// <summary>Adds a truth value.</summary>
    public void Set(string key, bool value) => Set(key, BoolType, stream => stream.WriteByte(value ? (byte)1 : (byte)0));

    /// <summary>Adds texts.</summary>
    public void Set(string key, IReadOnlyList<string> values) => SetArray(key, StringType, values.Count, stream =>
    {
        foreach (string value in values)
        {
            WriteString(stream, value);
        }
    });

    /// <summary>Adds fractions.</summary>
    public void Set(string key, float[] values) => SetArray(key, Float32Type, values.Length, stream => stream.Write(MemoryMarshal.AsBytes<float>(values)));

    /// <summary>Adds whole numbers.</summary>
    public void Set(string key, int[] values) => SetArray(key, Int32Type, values.Length, stream => stream.Write(MemoryMarshal.AsBytes<int>(values)));

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">E.g. <c>blk.0.attn_q.weight</c>.</param>
    /// <param name="type">How its elements are stored.</param>
    /// <param name="shape">Elements of each dimension, the contiguous one first.</param>
    /// <param name="data">The elements.</param>
    /// <exception cref="ArgumentException">The data is not as long as the shape says.</exception>
    public void Add(string name, GgufTensorType type, IReadOnlyList<long> shape, byte[] data)
    {
        long elements = shape.Aggregate(1L, (product, length) => product * length);
        long? bytes = GgufTensorTypes.Block(type) is var (blockElements, blockBytes) ? elements / blockElements * blockBytes : null;
        if (bytes != data.Length)
        {
            throw new ArgumentException($"The tensor {name} of type {type} and shape [{string.Join(", ", shape)}] has {bytes} bytes, and the data {data.Length}.", nameof(data));
        }

        _tensors.Add((name, type, [.. shape], data));
    }

    /// <summary>Adds a tensor of floats.</summary>
    public void Add(string name, IReadOnlyList<long> shape, ReadOnlySpan<float> data) => Add(name, GgufTensorType.F32, shape, MemoryMarshal.AsBytes(data).ToArray());

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public void WriteTo(Stream stream)
    {
        MemoryStream head = new();
        WriteUInt32(head, Magic);
        WriteUInt32(head, Version);
        WriteUInt64(head, (ulong)_tensors.Count);
        WriteUInt64(head, (ulong)_metadata.Count);
        foreach ((string key, Action<Stream> write) in _metadata)
        {
            WriteString(head, key);
            write(head);
        }

        long offset = 0;
        foreach ((string name, GgufTensorType type, long[] shape, byte[] data) in _tensors)
        {
            WriteString(head, name);
            WriteUInt32(head, (uint)shape.Length);
            foreach (long length in shape)
            {
                WriteUInt64(head, (ulong)length);
            }

            WriteUInt32(head, (uint)type);
            WriteUInt64(head, (ulong)offset);
            offset += Padded(data.Length);
        }

        Pad(head, head.Length);
        head.WriteTo(stream);
        foreach ((_, _, _, byte[] data) in _tensors)
        {
            stream.Write(data);
            Pad(stream, data.Length);
        }
    }

    private static long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private static void Pad(Stream stream, long length) => stream.Write(new byte[Padded(length) - length]);

    private static void WriteString(Stream stream, string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        WriteUInt64(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteUInt32(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteUInt64(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private void Set(string key, uint type, Action<Stream> write) => _metadata.Add((key, stream =>
    {
        WriteUInt32(stream, type);
        write(stream);
    }
    ));

    private void SetArray(string key, uint elementType, int count, Action<Stream> write) => Set(key, ArrayType, stream =>
    {
        WriteUInt32(stream, elementType);
        WriteUInt64(stream, (ulong)count);
        write(stream);
    });
}
