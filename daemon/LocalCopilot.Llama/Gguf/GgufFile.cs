using System.Numerics;
using System.Text;

namespace LocalCopilot.Llama.Gguf;

/// <summary>What a GGUF file says of itself: metadata and tensor infos. The tensors' data is never read, only checked to be there.</summary>
/// <remarks>
/// Managed code with bounds on everything, so that files of unknown origin can be judged in the process that serves: a damaged
/// file is a <see cref="GgufException"/>, never a crash and never more memory than the file is long. Format: ggml's
/// <c>gguf.h</c>, versions 2 and 3, little-endian. Immutable; usable from any thread.
/// </remarks>
public sealed class GgufFile
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const uint NewestVersion = 3;
    private const int LongestKey = 65_535;

    /// <summary>ggml's GGML_MAX_NAME, less the terminator.</summary>
    private const int LongestTensorName = 63;

    private const int MostDimensions = 4;
    private const int DefaultAlignment = 32;

    private GgufFile(string path, long bytes, uint version, IReadOnlyDictionary<string, object> metadata, IReadOnlyList<GgufTensor> tensors, long dataOffset, int alignment)
    {
        Path = path;
        Bytes = bytes;
        Version = version;
        Metadata = metadata;
        Tensors = tensors;
        DataOffset = dataOffset;
        Alignment = alignment;
    }

    /// <summary>The file that was read.</summary>
    public string Path { get; }

    /// <summary>Size of the file.</summary>
    public long Bytes { get; }

    /// <summary>Version of the format, 2 or 3.</summary>
    public uint Version { get; }

    /// <summary>By key: numbers as their .NET type, <see cref="bool"/>, <see cref="string"/>, or <see cref="GgufArray"/>.</summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Where the tensors' data begins, in bytes from the file's beginning.</summary>
    public long DataOffset { get; }

    /// <summary>Each tensor's data begins at a multiple of this, in bytes; a power of two.</summary>
    public int Alignment { get; }

    /// <summary>The value of <c>general.architecture</c>; empty where there is none.</summary>
    public string Architecture => Text("general.architecture") ?? "";

    /// <summary>Elements of all tensors.</summary>
    public long Parameters => Tensors.Sum(tensor => tensor.Elements);

    /// <summary>Bytes of all tensors.</summary>
    public long TensorBytes => Tensors.Sum(tensor => tensor.Bytes);

    /// <summary>Reads a file's description.</summary>
    /// <exception cref="GgufException">It is no GGUF file, is damaged or cut off, or is of a version that is not supported.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static GgufFile Read(string path)
    {
        using FileStream stream = Open(path);
        GgufReader reader = new(stream, path);
        uint version = ReadVersion(reader, path);
        // A tensor's info takes 24 bytes at least: name's length, dimensions, one extent, type, offset. A key and its value take 13.
        long tensorCount = reader.ReadCount("the number of tensors", 24);
        long metadataCount = reader.ReadCount("the number of metadata entries", 13);
        Dictionary<string, object> metadata = ReadMetadata(reader, metadataCount);
        int alignment = ReadAlignment(reader, metadata);
        List<GgufTensor> tensors = ReadTensors(reader, tensorCount, alignment);
        long dataOffset = Align(reader.Position, alignment);
        CheckData(reader, tensors, dataOffset);
        return new(path, reader.Length, version, metadata, tensors, dataOffset, alignment);
    }

    /// <summary>A text of the metadata; null where it is absent or no text.</summary>
    public string? Text(string key) => Metadata.GetValueOrDefault(key) as string;

    /// <summary>A whole number of the metadata, of whatever width; null where it is absent, no whole number, or over <see cref="long.MaxValue"/>.</summary>
    public long? Number(string key) => Metadata.GetValueOrDefault(key) switch
    {
        byte value => value,
        sbyte value => value,
        ushort value => value,
        short value => value,
        uint value => value,
        int value => value,
        long value => value,
        ulong value when value <= long.MaxValue => (long)value,
        _ => null,
    };

    /// <summary>A number of the metadata, whole or not; null where it is absent or no number.</summary>
    public float? Fraction(string key) => Metadata.GetValueOrDefault(key) switch
    {
        float value => value,
        double value => (float)value,
        _ => Number(key),
    };

    /// <summary>An array of the metadata; null where it is absent or no array.</summary>
    public GgufArray? Array(string key) => Metadata.GetValueOrDefault(key) as GgufArray;

    /// <summary>Reads the elements of an array of strings, one after the other.</summary>
    /// <exception cref="ArgumentException">Its elements are no strings.</exception>
    /// <exception cref="GgufException">The file was changed since <see cref="Read"/>.</exception>
    public IEnumerable<string> ReadStrings(GgufArray array) => array.ElementType == GgufValueType.String
        ? ReadElements(array, static (reader, _) => reader.ReadString("an array's text"))
        : throw new ArgumentException($"The array has elements of the type {array.ElementType}, not strings.", nameof(array));

    /// <summary>As <see cref="ReadStrings"/>, a character for each byte: texts that differ in bytes that are no UTF-8 differ here.</summary>
    internal IEnumerable<string> ReadRawStrings(GgufArray array) => ReadElements(array, static (reader, _) => reader.ReadString("an array's text", encoding: Encoding.Latin1));

    /// <summary>Reads the elements of an array of whole numbers, one after the other.</summary>
    /// <exception cref="ArgumentException">Its elements are no whole numbers.</exception>
    /// <exception cref="GgufException">The file was changed since <see cref="Read"/>.</exception>
    public IEnumerable<long> ReadIntegers(GgufArray array) => array.ElementType switch
    {
        GgufValueType.Float32 or GgufValueType.Float64 or GgufValueType.String or GgufValueType.Bool =>
            throw new ArgumentException($"The array has elements of the type {array.ElementType}, not whole numbers.", nameof(array)),
        GgufValueType.UInt64 => ReadElements(array, static (reader, type) => (long)Math.Min((ulong)reader.ReadScalar(type, "an array's number"), long.MaxValue)),
        _ => ReadElements(array, static (reader, type) => Convert.ToInt64(reader.ReadScalar(type, "an array's number"), null)),
    };

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);

    private static uint ReadVersion(GgufReader reader, string path)
    {
        if (reader.Length < 4 || reader.ReadUInt32("the magic") != Magic)
        {
            throw new GgufException($"{path} is no GGUF file: it {(reader.Length == 0 ? "is empty" : "does not begin with the letters GGUF")}. Check that the download is complete.");
        }

        uint version = reader.ReadUInt32("the version");
        return version switch
        {
            2 or NewestVersion => version,
            _ when (version & 0xFFFF) == 0 => throw new GgufException($"{path} was written for big-endian machines. Convert it for this one."),
            _ => throw new GgufException($"{path} has version {version} of the GGUF format; 2 and {NewestVersion} can be read. Convert it anew with a current llama.cpp."),
        };
    }

    private static Dictionary<string, object> ReadMetadata(GgufReader reader, long count)
    {
        Dictionary<string, object> metadata = new(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            string key = reader.ReadString($"key {i + 1} of {count}", LongestKey);
            GgufValueType type = (GgufValueType)reader.ReadUInt32($"the type of {key}");
            object value = type == GgufValueType.Array ? ReadArray(reader, key) : reader.ReadScalar(type, key);
            if (key.Length == 0 || !metadata.TryAdd(key, value))
            {
                throw reader.Damaged(key.Length == 0 ? $"key {i + 1} of {count} is empty" : $"the key {key} is there twice");
            }
        }

        return metadata;
    }

    private static GgufArray ReadArray(GgufReader reader, string key)
    {
        GgufValueType type = (GgufValueType)reader.ReadUInt32($"the element type of {key}");
        int size = GgufValueTypes.SizeOf(type);
        if (size == 0 && type != GgufValueType.String)
        {
            throw reader.Damaged(type == GgufValueType.Array ? $"{key} is an array of arrays, which GGUF does not have" : $"{key} is an array of the unknown type {(int)type}");
        }

        long count = reader.ReadCount($"the length of {key}", size == 0 ? 8 : size);
        GgufArray array = new(type, count, reader.Position);
        if (size > 0)
        {
            reader.Skip(count * size);
            return array;
        }

        for (long i = 0; i < count; i++)
        {
            reader.SkipString(key);
        }

        return array;
    }

    private static int ReadAlignment(GgufReader reader, Dictionary<string, object> metadata) =>
        metadata.GetValueOrDefault("general.alignment") switch
        {
            null => DefaultAlignment,
            uint value when BitOperations.IsPow2(value) && value is >= 8 and <= 1 << 20 => (int)value,
            var value => throw reader.Damaged($"general.alignment is {value}; it must be a power of two from 8 to {1 << 20}"),
        };

    private static List<GgufTensor> ReadTensors(GgufReader reader, long count, int alignment)
    {
        List<GgufTensor> tensors = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        for (long i = 0; i < count; i++)
        {
            string name = reader.ReadString($"the name of tensor {i + 1} of {count}", LongestTensorName);
            if (!names.Add(name))
            {
                throw reader.Damaged($"the tensor {name} is there twice");
            }

            tensors.Add(ReadTensor(reader, name, alignment));
        }

        return tensors;
    }

    private static GgufTensor ReadTensor(GgufReader reader, string name, int alignment)
    {
        uint rank = reader.ReadUInt32($"the dimensions of {name}");
        if (rank is < 1 or > MostDimensions)
        {
            throw reader.Damaged($"the tensor {name} has {rank} dimensions; 1 to {MostDimensions} are allowed");
        }

        long[] dimensions = new long[rank];
        long elements = 1;
        for (int i = 0; i < rank; i++)
        {
            ulong extent = reader.ReadUInt64($"the dimensions of {name}");
            if (extent == 0 || extent > long.MaxValue || (ulong)elements > (ulong)long.MaxValue / 8 / extent)
            {
                throw reader.Damaged($"dimension {i} of the tensor {name} is {extent}: impossible");
            }

            dimensions[i] = (long)extent;
            elements *= dimensions[i];
        }

        GgufTensorType type = (GgufTensorType)reader.ReadUInt32($"the type of {name}");
        if (GgufTensorTypes.Block(type) is not var (blockElements, blockBytes))
        {
            throw reader.Damaged($"the tensor {name} is of the unknown type {(int)type}");
        }

        if (dimensions[0] % blockElements != 0)
        {
            throw reader.Damaged($"a row of the tensor {name} has {dimensions[0]} elements, no multiple of the {blockElements} of a block of {type}");
        }

        ulong offset = reader.ReadUInt64($"the offset of {name}");
        if (offset > (ulong)reader.Length)
        {
            throw reader.CutOff($"the data of the tensor {name} should begin at {offset}");
        }

        if (offset % (ulong)alignment != 0)
        {
            throw reader.Damaged($"the data of the tensor {name} should begin at {offset}, which is no multiple of {alignment}");
        }

        return new(name, type, dimensions, (long)offset, elements, elements / blockElements * blockBytes);
    }

    private static void CheckData(GgufReader reader, List<GgufTensor> tensors, long dataOffset)
    {
        long available = reader.Length - dataOffset;
        foreach (GgufTensor tensor in tensors)
        {
            if (tensor.Bytes > available - tensor.Offset)
            {
                throw reader.CutOff($"the data of the tensor {tensor.Name} should end at byte {(Int128)dataOffset + tensor.Offset + tensor.Bytes}");
            }
        }
    }

    private static long Align(long offset, int alignment) => (offset + alignment - 1) & -alignment;

    private IEnumerable<T> ReadElements<T>(GgufArray array, Func<GgufReader, GgufValueType, T> read)
    {
        using FileStream stream = Open(Path);
        GgufReader reader = new(stream, Path);
        reader.Skip(array.Offset);
        for (long i = 0; i < array.Count; i++)
        {
            yield return read(reader, array.ElementType);
        }
    }
}
