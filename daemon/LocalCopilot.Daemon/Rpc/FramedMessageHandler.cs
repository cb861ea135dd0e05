using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Unicode;
using LocalCopilot.Protocol;
using StreamJsonRpc;
using StreamJsonRpc.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>LSP's framing: header lines that end in CR LF, one of them <c>Content-Length: bytes</c>, an empty line, and that many bytes of UTF-8 JSON.</summary>
/// <remarks>
/// Nothing is allocated by what a header claims: bytes are buffered as they arrive, up to the limit. A message over the limit is
/// read past and reported; a broken header, a claim beyond reason, or content that is not UTF-8 ends the connection, and only this one.
/// </remarks>
internal sealed class FramedMessageHandler : PipeMessageHandler
{
    private readonly FramingLimits _limits;
    private readonly ArrayBufferWriter<byte> _content = new();

    public FramedMessageHandler(IDuplexPipe pipe, FramingLimits limits)
        : base(pipe.Output, pipe.Input, new SystemTextJsonFormatter { JsonSerializerOptions = ProtocolJson.CreateOptions() })
    {
        _limits = limits;
    }

    /// <summary>Called, on the reading task and in order, for each message that was read past.</summary>
    public Func<SkippedMessage, CancellationToken, Task>? Skipped { get; init; }

    protected override void Write(JsonRpcMessage content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _content.ResetWrittenCount();
        Formatter.Serialize(_content, content);
        Span<byte> header = stackalloc byte[48];
        Encoding.ASCII.TryGetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {_content.WrittenCount}\r\n\r\n"), header, out int length);
        Writer!.Write(header[..length]);
        Writer!.Write(_content.WrittenSpan);
    }

    protected override async ValueTask<JsonRpcMessage?> ReadCoreAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await ReadHeaderAsync(cancellationToken) is not { } length)
            {
                return null;
            }

            if (length > _limits.MaxSkippedBytes)
            {
                throw new BadRpcHeaderException($"A Content-Length of {length} bytes was received; at most {_limits.MaxSkippedBytes} are read past and {_limits.MaxMessageBytes} taken.");
            }

            if (length <= _limits.MaxMessageBytes)
            {
                return await ReadContentAsync((int)length, cancellationToken);
            }

            SkippedMessage skipped = await SkipAsync(length, cancellationToken);
            if (Skipped is { } report)
            {
                await report(skipped, cancellationToken);
            }
        }
    }

    /// <returns>The content's length; null at the stream's end.</returns>
    private async ValueTask<long?> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await Reader!.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (TryReadHeader(buffer, out long length, out SequencePosition end))
            {
                Reader.AdvanceTo(end);
                return length;
            }

            if (buffer.Length > FramingLimits.MaxHeaderBytes)
            {
                throw new BadRpcHeaderException($"No end of a header was found in {buffer.Length} bytes; a header has at most {FramingLimits.MaxHeaderBytes}.");
            }

            Reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return buffer.IsEmpty ? null : throw new EndOfStreamException("The stream ended within a header.");
            }
        }
    }

    private static bool TryReadHeader(ReadOnlySequence<byte> buffer, out long length, out SequencePosition end)
    {
        length = -1;
        SequenceReader<byte> reader = new(buffer);
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
        {
            if (reader.Consumed > FramingLimits.MaxHeaderBytes)
            {
                break;
            }

            if (line.IsEmpty)
            {
                end = reader.Position;
                return length >= 0 ? true : throw new BadRpcHeaderException("A header without Content-Length was received.");
            }

            ReadLine(line.ToArray(), ref length);
        }

        end = buffer.Start;
        return false;
    }

    private static void ReadLine(ReadOnlySpan<byte> line, ref long length)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            throw new BadRpcHeaderException("A header line without a colon was received.");
        }

        if (Ascii.EqualsIgnoreCase(line[..colon], "Content-Length"u8))
        {
            ReadOnlySpan<byte> value = line[(colon + 1)..][Ascii.Trim(line[(colon + 1)..])];
            if (!Utf8Parser.TryParse(value, out length, out int consumed) || consumed != value.Length || length < 0)
            {
                throw new BadRpcHeaderException("A Content-Length that is no number was received.");
            }
        }
    }

    private async ValueTask<JsonRpcMessage> ReadContentAsync(int length, CancellationToken cancellationToken)
    {
        ReadResult read = await Reader!.ReadAtLeastAsync(length, cancellationToken);
        if (read.Buffer.Length < length)
        {
            throw new EndOfStreamException("The stream ended within a message.");
        }

        // A copy, since the message keeps pointing into what it was read from after the pipe has reused that.
        ReadOnlySequence<byte> content = read.Buffer.Slice(0, length);
        byte[] copy = content.ToArray();
        Reader.AdvanceTo(content.End);
        if (!Utf8.IsValid(copy))
        {
            // The parser would find it only where a text is read, and a change that is lost leaves both sides with different texts.
            throw new DecoderFallbackException($"A message of {length} bytes is not UTF-8.");
        }

        return Formatter.Deserialize(new ReadOnlySequence<byte>(copy));
    }

    private async ValueTask<SkippedMessage> SkipAsync(long length, CancellationToken cancellationToken)
    {
        long remaining = length;
        SkippedMessage? skipped = null;
        while (remaining > 0)
        {
            ReadResult read = skipped is null
                ? await Reader!.ReadAtLeastAsync((int)Math.Min(remaining, SkippedMessage.HeadBytes), cancellationToken)
                : await Reader!.ReadAsync(cancellationToken);
            long count = Math.Min(remaining, read.Buffer.Length);
            skipped ??= SkippedMessage.Read(length, read.Buffer.Slice(0, Math.Min(count, SkippedMessage.HeadBytes)));
            Reader.AdvanceTo(read.Buffer.GetPosition(count));
            remaining -= count;
            if (read.IsCompleted && remaining > 0)
            {
                throw new EndOfStreamException("The stream ended within a message.");
            }
        }

        return skipped!;
    }
}
