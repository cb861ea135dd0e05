using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LocalCopilot.Llama.Gguf;

/// <summary>Reads little-endian fields one after the other, never past the file's end, and says in errors which field was wrong.</summary>
internal sealed class GgufReader(Stream stream, string path)
{
    /// <summary>Longest string that is taken, in bytes; a chat template is a thousandth of it.</summary>
    public const int LongestString = 64 * 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private long _bufferOffset = stream.Position;

    /// <summary>Of the next byte, from the file's beginning.</summary>
    public long Position => _bufferOffset + _start;

    public long Length { get; } = stream.Length;

    public long Remaining => Length - Position;

    public uint ReadUInt32(string field) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, field));

    public ulong ReadUInt64(string field) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, field));

    /// <summary>A count of things that take <paramref name="smallest"/> bytes each at least, so that more of them than fit into the rest of the file are refused before any is read.</summary>
    public long ReadCount(string field, int smallest)
    {
        ulong count = ReadUInt64(field);
        return count <= (ulong)(Remaining / smallest)
            ? (long)count
            : throw Damaged($"{field} is {count}, more than the {Remaining} bytes that follow can hold");
    }

    public string ReadString(string field, int longest = LongestString, Encoding? encoding = null)
    {
        int length = ReadLength(field, longest);
        if (length <= _buffer.Length)
        {
            return (encoding ?? Utf8).GetString(Take(length, field));
        }

        byte[] bytes = new byte[length];
        int done = 0;
        while (done < length)
        {
            ReadOnlySpan<byte> part = Take(Math.Min(length - done, _buffer.Length), field);
            part.CopyTo(bytes.AsSpan(done));
            done += part.Length;
        }

        return (encoding ?? Utf8).GetString(bytes);
    }

    public void SkipString(string field) => Skip(ReadLength(field, LongestString));

    /// <returns>The value as its .NET type.</returns>
    public object ReadScalar(GgufValueType type, string field) => type switch
    {
        GgufValueType.UInt8 => Take(1, field)[0],
        GgufValueType.Int8 => (sbyte)Take(1, field)[0],
        GgufValueType.Bool => Take(1, field)[0] != 0,
        GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, field)),
        GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(Take(2, field)),
        GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, field)),
        GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Take(4, field)),
        GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(Take(4, field)),
        GgufValueType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, field)),
        GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Take(8, field)),
        GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8, field)),
        GgufValueType.String => ReadString(field),
        _ => throw Damaged($"{field} is of the unknown type {(int)type}"),
    };

    public void Skip(long bytes)
    {
        if (bytes > Remaining)
        {
            throw CutOff($"at byte {Position}, {bytes} bytes should follow");
        }

        long inBuffer = Math.Min(bytes, _end - _start);
        _start += (int)inBuffer;
        if (inBuffer < bytes)
        {
            _bufferOffset = stream.Seek(_bufferOffset + _start + (bytes - inBuffer), SeekOrigin.Begin);
            _start = _end = 0;
        }
    }

    public GgufException Damaged(string reason) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path} is damaged: {reason} (at byte {Position} of {Length}). Download it again."));

    public GgufException CutOff(string reason) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path} is cut off: {reason}, and the file has {Length} bytes. Download it again."));

    private int ReadLength(string field, int longest)
    {
        ulong length = ReadUInt64(field);
        if (length > (ulong)Remaining)
        {
            throw Damaged($"{field} should have {length} bytes, and {Remaining} follow");
        }

        return length <= (ulong)longest ? (int)length : throw Damaged($"{field} has {length} bytes; {longest} are allowed");
    }

    /// <summary>The next bytes, valid until the next call; no more than the buffer holds.</summary>
    private ReadOnlySpan<byte> Take(int count, string field)
    {
        if (_end - _start < count)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _bufferOffset += _start;
            _end -= _start;
            _start = 0;
            _end += stream.ReadAtLeast(_buffer.AsSpan(_end), count - _end, throwOnEndOfStream: false);
            if (_end < count)
            {
                throw CutOff($"it ends in {field}");
            }
        }

        ReadOnlySpan<byte> taken = _buffer.AsSpan(_start, count);
        _start += count;
        return taken;
    }
}
