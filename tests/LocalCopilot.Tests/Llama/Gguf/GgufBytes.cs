using System.Text;
using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.Tests.Llama.Gguf;

/// <summary>Puts GGUF files together byte by byte, right or wrong, as a test wants them.</summary>
public sealed class GgufBytes
{
    private readonly List<(string Key, GgufValueType Type, Action<BinaryWriter> Write)> _values = [];
    private readonly List<(string Name, GgufTensorType Type, ulong[] Shape, ulong Offset)> _tensors = [];

    public uint Magic { get; set; } = 0x46554747;

    public uint Version { get; set; } = 3;

    public ulong? TensorCount { get; set; }

    public ulong? ValueCount { get; set; }

    public int DataBytes { get; set; }

    public GgufBytes With(string key, string value) => Add(key, GgufValueType.String, writer => Write(writer, value));

    public GgufBytes With(string key, uint value) => Add(key, GgufValueType.UInt32, writer => writer.Write(value));

    public GgufBytes With(string key, bool value) => Add(key, GgufValueType.Bool, writer => writer.Write(value));

    public GgufBytes With(string key, params string[] values) => Add(key, GgufValueType.Array, writer =>
    {
        writer.Write((uint)GgufValueType.String);
        writer.Write((ulong)values.Length);
        foreach (string value in values)
        {
            Write(writer, value);
        }
    });

    public GgufBytes With(string key, params int[] values) => Add(key, GgufValueType.Array, writer =>
    {
        writer.Write((uint)GgufValueType.Int32);
        writer.Write((ulong)values.Length);
        foreach (int value in values)
        {
            writer.Write(value);
        }
    });

    public GgufBytes Add(string key, GgufValueType type, Action<BinaryWriter> write)
    {
        _values.Add((key, type, write));
        return this;
    }

    /// <summary>A tensor whose data comes after that of those before it.</summary>
    public GgufBytes WithTensor(string name, GgufTensorType type, params ulong[] shape)
    {
        int offset = (DataBytes + 31) & -32;
        (int elements, int bytes) = GgufTensorTypes.Block(type)!.Value;
        DataBytes = offset + ((int)shape.Aggregate((product, length) => product * length) / elements * bytes);
        return WithTensorAt(name, type, (ulong)offset, shape);
    }

    public GgufBytes WithTensorAt(string name, GgufTensorType type, ulong offset, params ulong[] shape)
    {
        _tensors.Add((name, type, shape, offset));
        return this;
    }

    public byte[] ToArray()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(TensorCount ?? (ulong)_tensors.Count);
        writer.Write(ValueCount ?? (ulong)_values.Count);
        foreach (var (key, type, write) in _values)
        {
            Write(writer, key);
            writer.Write((uint)type);
            write(writer);
        }

        foreach (var (name, type, shape, offset) in _tensors)
        {
            Write(writer, name);
            writer.Write((uint)shape.Length);
            foreach (ulong length in shape)
            {
                writer.Write(length);
            }

            writer.Write((uint)type);
            writer.Write(offset);
        }

        writer.Write(new byte[(32 - (stream.Length % 32)) % 32]);
        writer.Write(new byte[DataBytes]);
        return stream.ToArray();
    }

    public void WriteTo(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, ToArray());
    }

    private static void Write(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
