using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>What the extension sends: to the daemon what became of suggestions, and to nobody else anything.</summary>
public class ReportingTests(CodeServer code) : CodeTests(code)
{
    [Fact]
    public async Task Suggestions_are_reported_as_shown_as_taken_in_part_and_as_taken()
    {
        CodeWindow window = await OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        string shown = await window.SettlesAsync();
        JsonNode answered = window.Recording.LastAnswer()!.Value.Item!;
        string id = IdOf(answered);
        JsonNode item = (await SentAsync(window, "textDocument/didShowCompletion", message => IdOf(message["item"]!) == id))["item"]!;
        Assert.Equal(shown, item["insertText"]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(answered["range"], item["range"]), item.ToJsonString());

        string rest = await window.TakePartAsync("Control+ArrowRight", shown);
        JsonNode part = await SentAsync(window, "textDocument/didPartiallyAcceptCompletion", message => IdOf(message["item"]!) == id);
        Assert.Equal(shown.Length - rest.Length, part["acceptedLength"]!.GetValue<int>());

        await window.PressAsync("Tab");
        await SentAsync(window, "workspace/executeCommand", message => message["command"]!.GetValue<string>() == "localCopilot.didAcceptCompletionItem" && message["arguments"]![0]!.GetValue<string>() == id);
    }

    [Fact]
    public async Task The_extension_host_starts_the_one_executable_and_connects_to_nothing()
    {
        Requirement.Holds(OperatingSystem.IsLinux(), "needs Linux, where /proc says what a process has open");
        CodeWindow window = await OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        Assert.NotEqual("", await window.SettlesAsync());

        string[] record = await File.ReadAllLinesAsync(Code.RecordFile, Cancelled);
        Assert.Contains("start", record);
        Assert.Contains(record, line => line.EndsWith("localcopilot lsp --stdio", StringComparison.Ordinal));
        Assert.DoesNotContain(record, line => line.StartsWith("send", StringComparison.Ordinal));
        // Paths are local sockets: those between VS Code's own processes.
        Assert.All(record.Where(line => line.StartsWith("connect ", StringComparison.Ordinal)), line => Assert.StartsWith("connect /", line, StringComparison.Ordinal));

        // And as the kernel sees it: nothing but VS Code's own connection to its window, and for the child nothing at all.
        Assert.All(Connections(window.Host.ProcessId), connection => Assert.Equal(Code.Port, connection.LocalPort));
        Assert.Empty(Connections(Assert.Single(window.Host.Children())));
    }

    private static string IdOf(JsonNode item) => item["command"]!["arguments"]![0]!.GetValue<string>();

    /// <summary>Parameters of a message that was sent, or still will be.</summary>
    private static async Task<JsonNode> SentAsync(CodeWindow window, string method, Func<JsonNode, bool> isWanted)
    {
        JsonNode? found = null;
        await CodeWindow.UntilAsync(
            $"{method} is sent",
            () => Task.FromResult((found = window.Recording.SentOf(method).Select(message => message["params"]!).FirstOrDefault(isWanted)) is not null),
            seen: window.SeenAsync);
        return found!;
    }

    /// <summary>Network connections that a process has open, from /proc.</summary>
    private static List<(int LocalPort, string Remote)> Connections(int process)
    {
        HashSet<string> sockets = [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(descriptor => new FileInfo(descriptor).LinkTarget ?? "")];
        return [.. ((string[])["tcp", "tcp6", "udp", "udp6"])
            .SelectMany(table => File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => sockets.Contains($"socket:[{fields[9]}]"))
            .Select(fields => (Convert.ToInt32(fields[1].Split(':')[^1], 16), fields[2]))];
    }
}
