using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>An editor's side of LSP, over raw streams, so that a test can also send what no editor should.</summary>
internal sealed class LspClient(Stream input, Stream output, Process? process = null) : IDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    private readonly List<JsonObject> _unclaimed = [];
    private int _lastId;

    public Process Process => process ?? throw new InvalidOperationException("This client has no process.");

    public static LspClient Start(Sandbox sandbox)
    {
        Process started = sandbox.Start("lsp", "--stdio");
        return new(started.StandardInput.BaseStream, started.StandardOutput.BaseStream, started);
    }

    public async Task<JsonObject> InitializeAsync(CancellationToken cancellationToken)
    {
        JsonObject result = await RequestAsync("initialize", new JsonObject { ["capabilities"] = new JsonObject() }, cancellationToken);
        await NotifyAsync("initialized", new JsonObject(), cancellationToken);
        return result;
    }

    public Task OpenAsync(string uri, string text, CancellationToken cancellationToken) => NotifyAsync(
        "textDocument/didOpen",
        new JsonObject { ["textDocument"] = new JsonObject { ["uri"] = uri, ["languageId"] = "python", ["version"] = 1, ["text"] = text } },
        cancellationToken);

    public static JsonObject At(string uri, int line, int character) => new()
    {
        ["textDocument"] = new JsonObject { ["uri"] = uri },
        ["position"] = new JsonObject { ["line"] = line, ["character"] = character },
        ["context"] = new JsonObject { ["triggerKind"] = 1 },
    };

    /// <summary>The whole answer: with <c>result</c> or <c>error</c>.</summary>
    public async Task<JsonObject> RequestAsync(string method, JsonNode? parameters, CancellationToken cancellationToken)
    {
        int id = await SendRequestAsync(method, parameters, cancellationToken);
        return await AnswerAsync(id, cancellationToken);
    }

    public async Task<int> SendRequestAsync(string method, JsonNode? parameters, CancellationToken cancellationToken)
    {
        int id = ++_lastId;
        await SendAsync(new() { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters?.DeepClone() }, cancellationToken);
        return id;
    }

    public Task NotifyAsync(string method, JsonNode? parameters, CancellationToken cancellationToken) =>
        SendAsync(new() { ["jsonrpc"] = "2.0", ["method"] = method, ["params"] = parameters?.DeepClone() }, cancellationToken);

    public async Task<JsonObject> AnswerAsync(int id, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_unclaimed.Find(message => message["id"]?.GetValue<int>() == id && !message.ContainsKey("method")) is { } answer)
            {
                _unclaimed.Remove(answer);
                return answer;
            }

            _unclaimed.Add(await ReceiveAsync(cancellationToken) ?? throw new EndOfStreamException($"The server ended before it answered request {id}."));
        }
    }

    /// <summary>Parameters of the first notification of this method, sent already or still to come, that is looked for.</summary>
    public async Task<JsonNode> NotificationAsync(string method, Func<JsonNode, bool> isWanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_unclaimed.Find(message => message["method"]?.GetValue<string>() == method && isWanted(message["params"]!)) is { } notification)
            {
                _unclaimed.Remove(notification);
                return notification["params"]!;
            }

            _unclaimed.Add(await ReceiveAsync(cancellationToken) ?? throw new EndOfStreamException($"The server ended before it sent {method}."));
        }
    }

    /// <summary>Sends a message as it stands, framed.</summary>
    public Task SendTextAsync(string message, CancellationToken cancellationToken)
    {
        byte[] content = Encoding.UTF8.GetBytes(message);
        byte[] header = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {content.Length}\r\n\r\n"));
        return SendRawAsync((byte[])[.. header, .. content], cancellationToken);
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await input.WriteAsync(bytes, cancellationToken);
        await input.FlushAsync(cancellationToken);
    }

    /// <summary>The next message; null at the stream's end.</summary>
    public async Task<JsonObject?> ReceiveAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Watchdog);
        StringBuilder header = new();
        byte[] one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await output.ReadAsync(one, limit.Token) == 0)
            {
                return null;
            }

            header.Append((char)one[0]);
        }

        byte[] content = new byte[int.Parse(header.ToString().Split(':')[1], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture)];
        await output.ReadExactlyAsync(content, limit.Token);
        return JsonNode.Parse(content)!.AsObject();
    }

    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await Process.WaitForExitAsync(cancellationToken).WaitAsync(Watchdog, cancellationToken);
        return Process.ExitCode;
    }

    public void CloseInput() => input.Dispose();

    public void Dispose()
    {
        input.Dispose();
        output.Dispose();
        if (process is { HasExited: false })
        {
            process.Kill();
        }

        process?.Dispose();
    }

    private Task SendAsync(JsonObject message, CancellationToken cancellationToken) => SendTextAsync(message.ToJsonString(), cancellationToken);
}
