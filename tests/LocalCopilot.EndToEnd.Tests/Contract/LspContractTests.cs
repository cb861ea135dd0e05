using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests.Contract;

/// <summary>The wire contract, the same over every way to the daemon.</summary>
public abstract class LspContractTests
{
    private const string Uri = "file:///nowhere/a.py";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Initialize_answers_with_the_capabilities_of_the_contract()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);

        JsonNode result = (await session.Client.InitializeAsync(Cancelled))["result"]!;

        Assert.Equal("utf-16", result["capabilities"]!["positionEncoding"]!.GetValue<string>());
        Assert.Equal(2, result["capabilities"]!["textDocumentSync"]!["change"]!.GetValue<int>());
        Assert.True(result["capabilities"]!["inlineCompletionProvider"]!.GetValue<bool>());
        Assert.Equal("LocalCopilot", result["serverInfo"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_request_before_initialize_is_refused()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);

        Assert.Equal(-32002, ErrorCode(await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 0, 0), Cancelled)));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Forget")]
    [InlineData("End")]
    [InlineData("get_Exited")]
    public async Task An_unknown_method_is_answered_with_method_not_found(string method)
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);
        await session.Client.InitializeAsync(Cancelled);

        Assert.Equal(-32601, ErrorCode(await session.Client.RequestAsync(method, new JsonObject { ["repository"] = "/" }, Cancelled)));
    }

    [Fact]
    public async Task An_unknown_notification_is_ignored()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);
        await session.Client.InitializeAsync(Cancelled);

        await session.Client.NotifyAsync("$/nonsense", new JsonObject(), Cancelled);
        await session.Client.NotifyAsync("nonsense", new JsonObject(), Cancelled);

        Assert.NotNull((await session.Client.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]);
    }

    [Fact]
    public async Task A_document_that_is_not_open_is_named_in_the_error()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);
        await session.Client.InitializeAsync(Cancelled);

        JsonObject answer = await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 0, 0), Cancelled);

        Assert.Equal(-32602, ErrorCode(answer));
        Assert.Contains(Uri, answer["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public async Task A_position_that_does_not_exist_is_refused(int line, int character)
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);
        await session.Client.InitializeAsync(Cancelled);
        await session.Client.OpenAsync(Uri, "one\ntwo", Cancelled);

        Assert.Equal(-32602, ErrorCode(await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, line, character), Cancelled)));
    }

    [Fact]
    public async Task An_edit_that_does_not_fit_closes_the_document_until_it_is_opened_again()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);
        await session.Client.InitializeAsync(Cancelled);
        await session.Client.OpenAsync(Uri, "one", Cancelled);

        await session.Client.NotifyAsync("textDocument/didChange", Edit(line: 7), Cancelled);
        int afterEdit = ErrorCode(await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 0, 0), Cancelled));
        await session.Client.OpenAsync(Uri, "one", Cancelled);
        // Past the last line: that it is refused for its position shows that the document is known again.
        JsonObject afterOpen = await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 9, 0), Cancelled);

        Assert.Equal(-32602, afterEdit);
        Assert.Contains("does not exist", afterOpen["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "textDocument": { "uri": "URI", "version": 2 }, "contentChanges": [ { "text": "half a character: \ud83d" } ] }""")]
    [InlineData("""{ "textDocument": { "uri": "URI", "version": 2 }, "contentChanges": [ { "text": 5 } ] }""")]
    [InlineData("""{ "textDocument": { "uri": "URI", "version": 2 }, "contentChanges": "all" }""")]
    [InlineData("""{ "textDocument": { "uri": "URI", "version": 2 }, "contentChanges": [ {} ] }""")]
    [InlineData("""{ "textDocument": { "uri": "URI", "version": 2 }, "contentChanges": [ null ] }""")]
    [InlineData("""{ "textDocument": { "uri": "URI", "version": 2 } }""")]
    [InlineData("""{ "textDocument": { "uri": "URI", "version": 99999999999 }, "contentChanges": [] }""")]
    public async Task A_change_that_cannot_be_understood_closes_the_document_until_it_is_opened_again(string parameters)
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);
        await session.Client.InitializeAsync(Cancelled);
        await session.Client.OpenAsync(Uri, "one", Cancelled);

        await session.Client.SendTextAsync($$"""{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{parameters.Replace("URI", Uri, StringComparison.Ordinal)}}}""", Cancelled);
        JsonObject afterChange = await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 9, 0), Cancelled);
        await session.Client.OpenAsync(Uri, "one", Cancelled);
        JsonObject afterOpen = await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 9, 0), Cancelled);

        Assert.Contains("is not open", afterChange["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("does not exist", afterOpen["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_are_applied_in_order_before_the_request_that_follows_them()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);
        await session.Client.InitializeAsync(Cancelled);
        await session.Client.OpenAsync(Uri, "", Cancelled);
        for (int line = 0; line < 200; line++)
        {
            await session.Client.NotifyAsync("textDocument/didChange", Edit(line, "\n"), Cancelled);
        }

        JsonObject answer = await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 201, 0), Cancelled);

        Assert.Contains("the text has 201 lines", answer["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binary_text_is_kept_like_any_other()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);
        await session.Client.InitializeAsync(Cancelled);

        await session.Client.OpenAsync(Uri, "\0\u0001\ufffd\u001b[0m\ud83d\ude00", Cancelled);

        Assert.Contains("the text has 1 lines", (await session.Client.RequestAsync("textDocument/inlineCompletion", LspClient.At(Uri, 1, 0), Cancelled))["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_protocol_version_is_refused_with_both_versions()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);

        JsonObject answer = await session.Client.RequestAsync("localCopilot/hello", new JsonObject { ["protocolVersion"] = "9.0", ["clientVersion"] = "9.0.0", ["processId"] = 1 }, Cancelled);

        Assert.Equal(-32014, ErrorCode(answer));
        Assert.Equal("9.0", answer["error"]!["data"]!["clientProtocolVersion"]!.GetValue<string>());
        Assert.Equal("1.0", answer["error"]!["data"]!["daemonProtocolVersion"]!.GetValue<string>());
    }

    [Fact]
    public async Task Status_leaves_out_what_is_unknown()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);

        JsonObject result = (await session.Client.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]!.AsObject();

        Assert.DoesNotContain("null", result.ToJsonString(), StringComparison.Ordinal);
        Assert.True(result["offline"]!.GetValue<bool>());
        Assert.Equal(1, result["daemon"]!["sessions"]!.GetValue<int>());
    }

    [Fact]
    public async Task Status_needs_no_parameters()
    {
        await using IOpenedSession session = await OpenAsync(Cancelled);

        await session.Client.SendRawAsync("Content-Length: 55\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"localCopilot/status\"}"u8.ToArray(), Cancelled);

        Assert.NotNull((await session.Client.AnswerAsync(9, Cancelled))["result"]);
    }

    [Fact]
    public async Task Examples_of_the_contract_are_answered_as_written()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "examples");
        int replayed = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*.json"))
        {
            JsonObject example = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancelled))!.AsObject();
            if (example["replay"]?.GetValueKind() == JsonValueKind.True)
            {
                await using IOpenedSession session = await OpenAsync(Cancelled);
                JsonObject answer = await session.Client.RequestAsync(example["method"]!.GetValue<string>(), example["params"], Cancelled);
                Assert.True(JsonNode.DeepEquals(example["result"], answer["result"]), $"{Path.GetFileName(file)}: {answer.ToJsonString()}");
                replayed++;
            }
        }

        Assert.True(replayed >= 2);
    }

    /// <summary>A session with a daemon of its own.</summary>
    private protected abstract Task<IOpenedSession> OpenAsync(CancellationToken cancellationToken);

    private static int ErrorCode(JsonObject answer) => answer["error"]!["code"]!.GetValue<int>();

    private static JsonObject Edit(int line, string text = "x") => new()
    {
        ["textDocument"] = new JsonObject { ["uri"] = Uri, ["version"] = line + 2 },
        ["contentChanges"] = new JsonArray(new JsonObject
        {
            ["text"] = text,
            ["range"] = new JsonObject
            {
                ["start"] = new JsonObject { ["line"] = line, ["character"] = 0 },
                ["end"] = new JsonObject { ["line"] = line, ["character"] = 0 },
            },
        }),
    };
}

internal interface IOpenedSession : IAsyncDisposable
{
    LspClient Client { get; }
}
