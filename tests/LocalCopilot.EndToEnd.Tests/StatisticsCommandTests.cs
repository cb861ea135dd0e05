using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>From what an editor tells to `localcopilot statistics`, through the real executable, daemon and model.</summary>
public class StatisticsCommandTests
{
    private const string Code = "def add(first, second):\n    return first + second\n\n\ndef subtract(first, second):\n    return \n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_became_of_suggestions_is_shown_and_outlives_the_daemon()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = new();
        repository.Write("deep/unmistakable.py", Code);
        repository.Commit();
        int kept;
        using (LspClient client = LspClient.Start(sandbox))
        {
            JsonNode item = await SuggestionAsync(client, Path.Combine(repository.Root, "deep/unmistakable.py"));
            kept = item["insertText"]!.GetValue<string>().Length;
            await client.NotifyAsync("textDocument/didShowCompletion", new JsonObject { ["item"] = item.DeepClone() }, Cancelled);
            await client.RequestAsync("workspace/executeCommand", new JsonObject { ["command"] = item["command"]!["command"]!.DeepClone(), ["arguments"] = item["command"]!["arguments"]!.DeepClone() }, Cancelled);
        }

        JsonNode told = await StatisticsAsync(sandbox, repository.Root);
        await sandbox.RunAsync(Cancelled, "stop");
        JsonNode afterRestart = await StatisticsAsync(sandbox, Path.Combine(repository.Root, "deep"));

        Assert.Equal((1, 1, 0, kept, 1.0), Counts(told["total"]!));
        Assert.True(told["total"]!["latency"]!["medianMs"]!.GetValue<double>() > 0);
        Assert.Equal("python", Assert.Single(told["byLanguage"]!.AsObject()).Key);
        Assert.Equal("none", Assert.Single(told["byAdapter"]!.AsObject()).Key);
        string day = Assert.Single(told["byDay"]!.AsObject()).Key;
        Assert.True(DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
        Assert.True(JsonNode.DeepEquals(told, afterRestart), afterRestart.ToJsonString());

        var table = await sandbox.RunAsync(Cancelled, "statistics");
        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Assert.Contains("100.0 %", table.Output, StringComparison.Ordinal);
        Assert.Contains(day, table.Output, StringComparison.Ordinal);
        var later = await sandbox.RunAsync(Cancelled, "statistics", "--since", "9000-01-01");
        Assert.Equal((0, "No editor was answered yet."), (later.ExitCode, later.Output.Trim()));
        await AssertHasNothingOfDocumentsAsync(sandbox);
    }

    [Fact]
    public async Task A_forgotten_repository_is_in_no_file_of_the_statistics()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = new();
        repository.Write("a.py", Code);
        repository.Commit();
        using LspClient client = LspClient.Start(sandbox);
        JsonNode item = await SuggestionAsync(client, Path.Combine(repository.Root, "a.py"));
        await client.NotifyAsync("textDocument/didShowCompletion", new JsonObject { ["item"] = item.DeepClone() }, Cancelled);
        Assert.Equal(1, (await StatisticsAsync(sandbox))["total"]!["shown"]!.GetValue<int>());

        var forget = await sandbox.RunAsync(Cancelled, "forget", repository.Root, "--yes");

        Assert.Equal((0, ""), (forget.ExitCode, forget.Error));
        Assert.Equal(0, (await StatisticsAsync(sandbox))["total"]!["shown"]!.GetValue<int>());
        foreach (string path in Directory.EnumerateFiles(sandbox.Paths.DataDirectory, "statistics.db*"))
        {
            Assert.DoesNotContain(Path.GetFileName(repository.Root), Sandbox.ReadShared(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_just_told_outlives_a_daemon_that_is_terminated()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signal that asks a process to end.");
        await using Sandbox sandbox = new();
        using LspClient client = LspClient.Start(sandbox);
        JsonNode item = await SuggestionAsync(client, Path.Combine(sandbox.Root, "plain.py"));
        JsonNode parameters = new JsonObject { ["item"] = item.DeepClone(), ["acceptedLength"] = 1 };
        await client.NotifyAsync("textDocument/didPartiallyAcceptCompletion", parameters, Cancelled);
        // Answered after the notification was taken.
        int id = (await client.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]!["daemon"]!["processId"]!.GetValue<int>();
        using (Process daemon = Process.GetProcessById(id))
        {
            using Process kill = Process.Start("kill", ["-TERM", id.ToString(CultureInfo.InvariantCulture)]);
            await daemon.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        }

        Assert.Equal(1, (await StatisticsAsync(sandbox))["total"]!["shown"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_damaged_database_is_begun_anew()
    {
        await using Sandbox sandbox = new();
        Directory.CreateDirectory(sandbox.Paths.DataDirectory);
        await File.WriteAllTextAsync(sandbox.Paths.StatisticsFile, "no database", Cancelled);

        JsonNode statistics = await StatisticsAsync(sandbox);

        Assert.Equal(0, statistics["total"]!["shown"]!.GetValue<int>());
        Assert.Equal("no database", await File.ReadAllTextAsync(sandbox.Paths.StatisticsFile + ".damaged", Cancelled));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_said()
    {
        await using Sandbox sandbox = new();
        Directory.CreateDirectory(sandbox.Paths.StatisticsFile);
        await File.WriteAllTextAsync(Path.Combine(sandbox.Paths.StatisticsFile, "in-the-way"), "", Cancelled);
        using LspClient client = LspClient.Start(sandbox);
        await SuggestionAsync(client, Path.Combine(sandbox.Root, "plain.py"));

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "statistics");

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains(sandbox.Paths.StatisticsFile, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-02-30")]
    [InlineData("01.03.2026")]
    public async Task A_time_that_is_none_is_refused(string since)
    {
        await using Sandbox sandbox = new();

        var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, "statistics", "--since", since);

        Assert.Equal(2, exitCode);
        Assert.Contains($"--since is '{since}'", error, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> SuggestionAsync(LspClient client, string file)
    {
        string uri = new Uri(file).AbsoluteUri;
        await client.InitializeAsync(Cancelled);
        await client.OpenAsync(uri, Code, Cancelled);
        JsonObject answer = await client.RequestAsync("textDocument/inlineCompletion", LspClient.At(uri, 5, 11), Cancelled);
        return answer["result"]!["items"]!.AsArray()[0]!;
    }

    private static async Task<JsonNode> StatisticsAsync(Sandbox sandbox, params string[] arguments)
    {
        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, ["statistics", "--json", .. arguments]);
        Assert.Equal((0, ""), (exitCode, error));
        return JsonNode.Parse(output)!;
    }

    private static (int Shown, int Accepted, int PartiallyAccepted, int CharactersKept, double Rate) Counts(JsonNode one) => (
        one["shown"]!.GetValue<int>(), one["accepted"]!.GetValue<int>(), one["partiallyAccepted"]!.GetValue<int>(), one["charactersKept"]!.GetValue<int>(), one["acceptanceRate"]!.GetValue<double>());

    private static async Task AssertHasNothingOfDocumentsAsync(Sandbox sandbox)
    {
        await sandbox.RunAsync(Cancelled, "stop");
        string bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(sandbox.Paths.StatisticsFile, Cancelled));
        foreach (string text in (string[])["unmistakable", "deep", "subtract", "first", "second"])
        {
            Assert.DoesNotContain(text, bytes, StringComparison.Ordinal);
        }
    }
}
