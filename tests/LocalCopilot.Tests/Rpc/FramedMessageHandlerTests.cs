using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using CsCheck;
using LocalCopilot.Daemon.Rpc;
using Nerdbank.Streams;
using StreamJsonRpc;
using StreamJsonRpc.Protocol;

namespace LocalCopilot.Tests.Rpc;

public class FramedMessageHandlerTests
{
    private static readonly FramingLimits Limits = new(MaxMessageBytes: 1000, MaxSkippedBytes: 1_000_000);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_survive_every_way_to_cut_the_stream()
    {
        await Gen.Int[0, 900].Array[1, 6].Select(Gen.Int[1, 200]).SampleAsync(async (sizes, chunk) =>
        {
            Pipe pipe = new();
            using FramedMessageHandler handler = Create(pipe.Reader, []);
            byte[] bytes = [.. sizes.SelectMany((size, index) => Frame(Request(index, size)))];
            Task writing = Task.Run(async () =>
            {
                foreach (byte[] part in bytes.Chunk(chunk))
                {
                    await pipe.Writer.WriteAsync(part);
                }

                await pipe.Writer.CompleteAsync();
            });

            for (int index = 0; index < sizes.Length; index++)
            {
                JsonRpcRequest request = Assert.IsType<JsonRpcRequest>(await handler.ReadAsync(CancellationToken.None), exactMatch: false);
                Assert.Equal(index, request.RequestId.Number);
            }

            Assert.Null(await handler.ReadAsync(CancellationToken.None));
            await writing;
        }, iter: 30);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_read_past_and_the_next_one_arrives()
    {
        List<SkippedMessage> skipped = [];
        using FramedMessageHandler handler = Create(Bytes(Frame(Request(7, 200_000)), Frame(Request(8, 10))), skipped);

        JsonRpcRequest request = Assert.IsType<JsonRpcRequest>(await handler.ReadAsync(Cancelled), exactMatch: false);

        Assert.Equal(8, request.RequestId.Number);
        SkippedMessage only = Assert.Single(skipped);
        Assert.Equal((7, "textDocument/didOpen", "file:///a"), (only.Id!.Value.Number, only.Method, only.Uri));
    }

    [Theory]
    [InlineData("Content-Length: 1073741824\r\n\r\n")]
    [InlineData("Content-Length: x\r\n\r\n")]
    [InlineData("Content-Length: -1\r\n\r\n")]
    [InlineData("no colon\r\n\r\n")]
    [InlineData("Other: 1\r\n\r\n")]
    public async Task A_broken_header_is_an_error(string header)
    {
        using FramedMessageHandler handler = Create(Bytes(Encoding.ASCII.GetBytes(header)), []);

        await Assert.ThrowsAsync<BadRpcHeaderException>(async () => await handler.ReadAsync(Cancelled));
    }

    [Fact]
    public async Task A_header_without_end_is_an_error()
    {
        using FramedMessageHandler handler = Create(Bytes(Encoding.ASCII.GetBytes(new string('a', 10_000))), []);

        await Assert.ThrowsAsync<BadRpcHeaderException>(async () => await handler.ReadAsync(Cancelled));
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\n{")]
    [InlineData("Content-Length: 10")]
    [InlineData("Content-Length: 5000\r\n\r\n{")]
    public async Task An_end_within_a_message_is_an_error(string text)
    {
        using FramedMessageHandler handler = Create(Bytes(Encoding.ASCII.GetBytes(text)), []);

        await Assert.ThrowsAsync<EndOfStreamException>(async () => await handler.ReadAsync(Cancelled));
    }

    [Fact]
    public async Task What_is_written_is_read_again()
    {
        Pipe pipe = new();
        using FramedMessageHandler writer = new(new DuplexPipe(PipeReader.Create(ReadOnlySequence<byte>.Empty), pipe.Writer), Limits);
        using FramedMessageHandler reader = Create(pipe.Reader, []);

        await writer.WriteAsync(new JsonRpcRequest { RequestId = new(5), Method = "täst", NamedArguments = new Dictionary<string, object?> { ["text"] = "\ud83d\ude00" } }, Cancelled);

        Assert.Equal("täst", Assert.IsType<JsonRpcRequest>(await reader.ReadAsync(Cancelled), exactMatch: false).Method);
    }

    private static FramedMessageHandler Create(PipeReader reader, List<SkippedMessage> skipped) => new(new DuplexPipe(reader, PipeWriter.Create(Stream.Null)), Limits)
    {
        Skipped = (message, _) =>
        {
            skipped.Add(message);
            return Task.CompletedTask;
        },
    };

    private static PipeReader Bytes(params byte[][] parts) => PipeReader.Create(new ReadOnlySequence<byte>([.. parts.SelectMany(part => part)]));

    private static string Request(int id, int size) =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a","text":"{{new string('x', Math.Max(0, size - 130))}}" } } }""";

    private static byte[] Frame(string content) => [.. Encoding.ASCII.GetBytes($"Content-Length: {Encoding.UTF8.GetByteCount(content)}\r\n\r\n"), .. Encoding.UTF8.GetBytes(content)];
}
