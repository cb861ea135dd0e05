using System.Text;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Whatever one client sends, the others go on.</summary>
public class BadInputTests
{
    private const string Uri = "file:///nowhere/a.py";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("complete garbage, no header at all\r\n\r\n")]
    [InlineData("Content-Length: 1073741824\r\n\r\n{")]
    [InlineData("Content-Length: -5\r\n\r\n{}")]
    [InlineData("Content-Length: 99999999999999999999\r\n\r\n{}")]
    [InlineData("Content-Type: text\r\n\r\n{}")]
    [InlineData("Content-Length: 9\r\n\r\nnot json!")]
    public async Task Broken_framing_ends_only_the_client_that_sent_it(string bytes)
    {
        await using Sandbox sandbox = new();
        using LspClient good = LspClient.Start(sandbox);
        using LspClient bad = LspClient.Start(sandbox);
        await good.InitializeAsync(Cancelled);
        await bad.InitializeAsync(Cancelled);

        await bad.SendRawAsync(Encoding.ASCII.GetBytes(bytes), Cancelled);
        while (await bad.ReceiveAsync(Cancelled) is not null)
        {
        }

        await bad.WaitForExitAsync(Cancelled);
        Assert.NotNull((await good.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]);
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_ends_only_the_client_that_sent_it()
    {
        await using Sandbox sandbox = new();
        using LspClient good = LspClient.Start(sandbox);
        using LspClient bad = LspClient.Start(sandbox);
        await good.InitializeAsync(Cancelled);
        await bad.InitializeAsync(Cancelled);
        byte[] message = Encoding.Latin1.GetBytes("""{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.py","languageId":"python","version":1,"text":"café = 1"}}}""");

        await bad.SendRawAsync((byte[])[.. Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Content-Length: {message.Length}\r\n\r\n")), .. message], Cancelled);
        await bad.WaitForExitAsync(Cancelled);

        Assert.NotNull((await good.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]);
    }

    [Fact]
    public async Task Half_a_message_and_then_the_end_harms_nobody()
    {
        await using Sandbox sandbox = new();
        using LspClient good = LspClient.Start(sandbox);
        using LspClient bad = LspClient.Start(sandbox);
        await good.InitializeAsync(Cancelled);
        await bad.InitializeAsync(Cancelled);

        await bad.SendRawAsync("Content-Length: 500\r\n\r\n{\"jsonrpc\":"u8.ToArray(), Cancelled);
        bad.CloseInput();
        await bad.WaitForExitAsync(Cancelled);

        Assert.NotNull((await good.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]);
    }

    [Fact]
    public async Task A_50_MB_document_is_read_past_and_counts_as_not_open()
    {
        await using Sandbox sandbox = new();
        using LspClient client = LspClient.Start(sandbox);
        await client.InitializeAsync(Cancelled);

        await client.OpenAsync(Uri, new string('x', 50_000_000), Cancelled);
        JsonObject answer = await client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 0, 0), Cancelled);

        Assert.Equal(-32602, answer["error"]!["code"]!.GetValue<int>());
        Assert.Contains(Uri, answer["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_over_the_limit_is_answered_with_an_error()
    {
        await using Sandbox sandbox = new();
        using LspClient client = LspClient.Start(sandbox);
        await client.InitializeAsync(Cancelled);

        JsonObject answer = await client.RequestAsync("localCopilot/complete", new JsonObject { ["path"] = "/a.py", ["text"] = new string('x', 17_000_000) }, Cancelled);

        Assert.Equal(-32600, answer["error"]!["code"]!.GetValue<int>());
        Assert.Contains("daemon.maxMessageBytes", answer["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_on_the_socket_itself_harms_nobody()
    {
        await using Sandbox sandbox = new();
        using LspClient good = LspClient.Start(sandbox);
        await good.InitializeAsync(Cancelled);

        await using (Stream? raw = await Daemon.Hosting.LocalTransport.For(sandbox.Paths).TryConnectAsync(Cancelled))
        {
            byte[] garbage = new byte[100_000];
            new Random(1).NextBytes(garbage);
            try
            {
                await raw!.WriteAsync(garbage, Cancelled);
                _ = await raw.ReadAsync(garbage, Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
            }
            catch (IOException)
            {
                // The daemon hung up, which is right.
            }
        }

        Assert.NotNull((await good.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]);
    }

    [Fact]
    public async Task An_unwritable_home_still_gives_a_daemon_that_says_what_is_wrong()
    {
        await using Sandbox sandbox = new();
        // A file where the folder should be cannot be written into, not even by root.
        foreach (string folder in (string[])["state", "data"])
        {
            Directory.Delete(Path.Combine(sandbox.Root, folder));
            await File.WriteAllTextAsync(Path.Combine(sandbox.Root, folder), "in the way", Cancelled);
        }

        using LspClient client = LspClient.Start(sandbox);
        await client.InitializeAsync(Cancelled);

        JsonNode daemon = (await client.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]!["daemon"]!;
        Assert.Equal(2, daemon["warnings"]!.AsArray().Count);
    }
}
