namespace LocalCopilot.Llama.Gguf;

/// <summary>The head of a GGUF file: its metadata and what tensors it has, without their data.</summary>
/// <remarks>
/// Format: ggml/docs/gguf.md, versions 2 and 3, little endian. Every length is checked against the file's before anything is
/// allocated for it, so a damaged file gives an error and costs no memory.
/// </remarks>
public sealed class GgufFile
{
    internal GgufFile(string path, uint version, IReadOnlyDictionary<string, object> metadata, IReadOnlyList<GgufTensor> tensors, long dataOffset, long bytes)
    {
        Path = path;
        Version = version;
        Metadata = metadata;
        Tensors = tensors;
        DataOffset = dataOffset;
        Bytes = bytes;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Version of the format, 2 or 3.</summary>
    public uint Version { get; }

    /// <summary>Values by key: integers as <see cref="long"/> or <see cref="ulong"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="string"/>, and arrays of these as <see cref="Array"/> of <see cref="object"/>.</summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>The tensors, in the file's order.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Bytes before the first tensor's data.</summary>
    public long DataOffset { get; }

    /// <summary>Size of the file.</summary>
    public long Bytes { get; }

    /// <summary>The value of <c>general.architecture</c>; empty where there is none.</summary>
    public string Architecture => Text("general.architecture") ?? "";

    /// <summary>Number of parameters: the elements of all tensors.</summary>
    public long Parameters => Tensors.Sum(tensor => tensor.Elements);

    /// <summary>A text; null where the key is missing or of another kind.</summary>
    public string? Text(string key) => Metadata.GetValueOrDefault(key) as string;

    /// <summary>A whole number; null where the key is missing or of another kind.</summary>
    public long? Number(string key) => Metadata.GetValueOrDefault(key) switch
    {
        long value => value,
        ulong value and <= long.MaxValue => (long)value,
        _ => null,
    };

    /// <summary>Reads a file's head.</summary>
    /// <exception cref="GgufException">It is no GGUF file, or damaged, or cut off.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static GgufFile Read(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        return new GgufReader(stream, path).Read();
    }
}

/// <summary>A tensor of a GGUF file.</summary>
/// <param name="Name">E.g. <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Shape">Elements of each dimension, the contiguous one first.</param>
/// <param name="Type">How they are stored.</param>
/// <param name="Offset">Bytes after <see cref="GgufFile.DataOffset"/>.</param>
public sealed record GgufTensor(string Name, IReadOnlyList<long> Shape, GgufTensorType Type, long Offset)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, length) => product * length);

    /// <summary>Size of the data in bytes; null for a type that is not known here.</summary>
    public long? Bytes => GgufTensorTypes.Block(Type) is var (elements, bytes) ? Elements / elements * bytes : null;
}

/// <summary>The file is no GGUF file, or damaged. The message says what is wrong, where, and what to do.</summary>
public sealed class GgufException : Exception
{
    /// <summary>An error with its message.</summary>
    public GgufException(string message)
        : base(message)
    {
    }
}
