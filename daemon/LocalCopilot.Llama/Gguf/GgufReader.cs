using System.Buffers.Binary;
using System.Text;

namespace LocalCopilot.Llama.Gguf;

/// <summary>Reads the head of one GGUF file.</summary>
internal sealed class GgufReader(Stream stream, string path)
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const int DefaultAlignment = 32;
    private const int MostDimensions = 4;
    private const long LongestString = 1 << 24;

    private readonly long _length = stream.Length;
    private readonly byte[] _buffer = new byte[8];

    private enum ValueType : uint
    {
        UInt8,
        Int8,
        UInt16,
        Int16,
        UInt32,
        Int32,
        Float32,
        Bool,
        String,
        Array,
        UInt64,
        Int64,
        Float64,
    }

    private long Left => _length - stream.Position;

    public GgufFile Read()
    {
        if (_length < 24 || UInt32() != Magic)
        {
            throw new GgufException($"{path} is no GGUF file: it does not begin with the letters GGUF. Check that the download is complete.");
        }

        uint version = UInt32();
        if (version is not (2 or 3))
        {
            throw new GgufException($"{path} has version {version} of the GGUF format; 2 and 3 can be read. Convert it anew with a current llama.cpp.");
        }

        // A tensor's entry has 24 bytes at least, a value's 13.
        ulong tensors = Count("tensors", 24);
        ulong values = Count("metadata values", 13);
        Dictionary<string, object> metadata = new(StringComparer.Ordinal);
        for (ulong i = 0; i < values; i++)
        {
            string key = String("a key");
            metadata[key] = Value((ValueType)UInt32(), key);
        }

        GgufTensor[] infos = new GgufTensor[tensors];
        for (ulong i = 0; i < tensors; i++)
        {
            infos[i] = Tensor();
        }

        long alignment = metadata.GetValueOrDefault("general.alignment") is ulong given and > 0 and <= 1 << 20 ? (long)given : DefaultAlignment;
        long dataOffset = (stream.Position + alignment - 1) / alignment * alignment;
        foreach (GgufTensor tensor in infos)
        {
            if (tensor.Offset < 0 || dataOffset + tensor.Offset + (tensor.Bytes ?? 0) > _length)
            {
                throw new GgufException($"{path} is cut off: tensor {tensor.Name} ends at byte {dataOffset + tensor.Offset + (tensor.Bytes ?? 0)} and the file has {_length}. Download it again.");
            }
        }

        return new(path, version, metadata, infos, dataOffset, _length);
    }

    private GgufTensor Tensor()
    {
        string name = String("a tensor's name");
        uint dimensions = UInt32();
        if (dimensions is 0 or > MostDimensions)
        {
            throw Damaged($"tensor {name} has {dimensions} dimensions");
        }

        long[] shape = new long[dimensions];
        long elements = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            ulong length = UInt64();
            if (length is 0 or > int.MaxValue || elements > (1L << 48) / (long)length)
            {
                throw Damaged($"tensor {name} has a dimension of {length} elements");
            }

            shape[i] = (long)length;
            elements *= shape[i];
        }

        GgufTensorType type = (GgufTensorType)UInt32();
        ulong offset = UInt64();
        return offset <= (ulong)_length ? new(name, shape, type, (long)offset) : throw new GgufException($"{path} is cut off: tensor {name} begins at byte {offset} of the data and the file has {_length}. Download it again.");
    }

    private object Value(ValueType type, string key) => type switch
    {
        ValueType.UInt8 => (ulong)Take(1)[0],
        ValueType.Int8 => (long)(sbyte)Take(1)[0],
        ValueType.UInt16 => (ulong)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
        ValueType.Int16 => (long)BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
        ValueType.UInt32 => (ulong)UInt32(),
        ValueType.Int32 => (long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
        ValueType.Float32 => (double)BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        ValueType.Bool => Take(1)[0] != 0,
        ValueType.String => String($"the value of {key}"),
        ValueType.UInt64 => UInt64(),
        ValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
        ValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        ValueType.Array => Elements(key),
        _ => throw Damaged($"the value of {key} has the unknown type {(uint)type}"),
    };

    private object[] Elements(string key)
    {
        ValueType type = (ValueType)UInt32();
        ulong count = UInt64();
        long least = type switch
        {
            ValueType.UInt8 or ValueType.Int8 or ValueType.Bool => 1,
            ValueType.UInt16 or ValueType.Int16 => 2,
            ValueType.UInt32 or ValueType.Int32 or ValueType.Float32 => 4,
            ValueType.UInt64 or ValueType.Int64 or ValueType.Float64 or ValueType.String => 8,
            _ => throw Damaged($"the array {key} has elements of type {(uint)type}"),
        };
        if (count > (ulong)(Left / least))
        {
            throw Damaged($"the array {key} has {count} elements, more than the file has bytes for");
        }

        object[] elements = new object[count];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = Value(type, key);
        }

        return elements;
    }

    private ulong Count(string what, int leastBytes)
    {
        ulong count = UInt64();
        return count <= (ulong)(Left / leastBytes) ? count : throw Damaged($"it claims to have {count} {what}, more than the file has bytes for");
    }

    private string String(string what)
    {
        ulong length = UInt64();
        if (length > LongestString || length > (ulong)Left)
        {
            throw Damaged($"{what} is {length} bytes long, more than the file has");
        }

        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private Span<byte> Take(int count)
    {
        Span<byte> bytes = _buffer.AsSpan(0, count);
        if (stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) < count)
        {
            throw new GgufException($"{path} is cut off: its head ends at byte {_length}. Download it again.");
        }

        return bytes;
    }

    private GgufException Damaged(string what) => new($"{path} is damaged: {what} (byte {stream.Position}). Download it again.");
}
