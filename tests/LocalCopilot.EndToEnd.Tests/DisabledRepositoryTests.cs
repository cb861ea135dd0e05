using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>A repository that turns LocalCopilot off, as an editor and as the shell see it.</summary>
public class DisabledRepositoryTests
{
    private const string Code = "def add(first, second):\n    return first + second\n\n\ndef subtract(first, second):\n    return \n";
    private const string Off = """{ "enabled": false }""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_editor_gets_no_suggestion_and_the_reason_until_it_is_on_again()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = Repository(Off);
        using LspClient client = LspClient.Start(sandbox);
        await client.InitializeAsync(Cancelled);
        string uri = new Uri(Path.Combine(repository.Root, "a.py")).AbsoluteUri;
        await client.OpenAsync(uri, Code, Cancelled);

        JsonObject off = await client.RequestAsync("textDocument/inlineCompletion", LspClient.At(uri, 5, 11), Cancelled);
        JsonNode status = await client.NotificationAsync("didChangeStatus", what => what["kind"]!.GetValue<string>() == "Inactive", Cancelled);
        File.Delete(Path.Combine(repository.Root, ".localcopilot.json"));
        JsonObject on = await client.RequestAsync("textDocument/inlineCompletion", LspClient.At(uri, 5, 11), Cancelled);
        JsonNode normal = await client.NotificationAsync("didChangeStatus", what => what["kind"]!.GetValue<string>() == "Normal" && !what["busy"]!.GetValue<bool>(), Cancelled);

        Assert.Empty(off["result"]!["items"]!.AsArray());
        Assert.Contains("\"enabled\": false", status["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEmpty(on["result"]!["items"]!.AsArray());
        Assert.Equal("", normal["message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(Off, "\"enabled\": false")]
    [InlineData("{ \"enabled\": ", "cannot be read")]
    public async Task The_shell_gets_the_error_of_the_contract_and_the_file_that_says_so(string settings, string reason)
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = Repository(settings);
        string file = Path.Combine(repository.Root, "a.py");

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "complete", file + ":6:12");
        using LspClient client = LspClient.Start(sandbox);
        JsonObject answer = await client.RequestAsync("localCopilot/complete", new JsonObject { ["path"] = file, ["text"] = Code, ["position"] = new JsonObject { ["line"] = 5, ["character"] = 11 } }, Cancelled);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Contains("Change that file", error, StringComparison.Ordinal);
        Assert.Equal(-32013, answer["error"]!["code"]!.GetValue<int>());
        Assert.Contains(reason, answer["error"]!["data"]!["reason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static TemporaryRepository Repository(string settings)
    {
        TemporaryRepository repository = new();
        repository.Write("a.py", Code);
        repository.Write(".localcopilot.json", settings);
        repository.Commit();
        return repository;
    }
}
