using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>What the extension sends: to the daemon what became of suggestions, and to nobody else anything.</summary>
[Collection(CodeServerCollection.Name)]
public class ReportingTests
{
    private readonly CodeServer _code;

    public ReportingTests(CodeServer code)
    {
        _code = code;
        code.Require();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Suggestions_are_reported_as_shown_as_taken_in_part_and_as_taken()
    {
        string sent = Path.Combine(_code.Sandbox.Root, "sent");
        string listening = Path.Combine(_code.Sandbox.Root, "localcopilot");
        // The real executable, with a copy of what it is sent.
        await System.IO.File.WriteAllTextAsync(listening, $"#!/bin/sh\ntee '{sent}' | '{Sandbox.Executable}' \"$@\"\n", Cancelled);
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(listening, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await System.IO.File.WriteAllTextAsync(_code.MachineSettings, CodeServer.MachineSettingsFor(listening), Cancelled);
        try
        {
            await using CodeWindow window = await _code.OpenWindowOnNewLineAsync();
            await window.TypeAsync(CodeServer.Typed);
            string shown = await window.ShownAsync();
            JsonNode item = (await SentAsync(sent, "textDocument/didShowCompletion", _ => true))["item"]!;
            Assert.Equal(shown, item["insertText"]!.GetValue<string>());
            string id = item["command"]!["arguments"]![0]!.GetValue<string>();

            await window.PressAsync("Control+ArrowRight");
            string rest = await window.ShownAsync(text => text != shown);
            JsonNode part = await SentAsync(sent, "textDocument/didPartiallyAcceptCompletion", _ => true);
            Assert.Equal(id, part["item"]!["command"]!["arguments"]![0]!.GetValue<string>());
            Assert.Equal(shown.Length - rest.Length, part["acceptedLength"]!.GetValue<int>());

            await window.PressAsync("Tab");
            await SentAsync(sent, "workspace/executeCommand", command => command["command"]!.GetValue<string>() == "localCopilot.didAcceptCompletionItem" && command["arguments"]![0]!.GetValue<string>() == id);
        }
        finally
        {
            await System.IO.File.WriteAllTextAsync(_code.MachineSettings, CodeServer.MachineSettingsFor(Sandbox.Executable), Cancelled);
        }
    }

    [Fact(Explicit = true)]
    public async Task The_extension_host_starts_the_one_executable_and_connects_to_nothing()
    {
        CodeWindow window = await _code.OpenOnNewLineAsync();
        await window.TypeAsync(CodeServer.Typed);
        await window.ShownAsync();
        await window.PressAsync("Tab");
        await window.NoneShownAsync();

        string[] record = await System.IO.File.ReadAllLinesAsync(_code.RecordFile, Cancelled);

        Assert.Contains("start", record);
        Assert.Contains(record, line => line.EndsWith("localcopilot lsp --stdio", StringComparison.Ordinal));
        Assert.DoesNotContain(record, line => line.StartsWith("send", StringComparison.Ordinal));
        // Paths are local sockets: those between VS Code's own processes.
        Assert.All(record.Where(line => line.StartsWith("connect ", StringComparison.Ordinal)), line => Assert.StartsWith("connect /", line, StringComparison.Ordinal));
    }

    /// <summary>Parameters of a message that was sent, or still will be.</summary>
    private static async Task<JsonNode> SentAsync(string file, string method, Func<JsonNode, bool> isWanted)
    {
        JsonNode? found = null;
        await CodeWindow.UntilAsync($"{method} is sent", async () =>
        {
            string text = await System.IO.File.ReadAllTextAsync(file, Cancelled);
            found = text.Split("Content-Length: ")
                .Select(part => part[(part.IndexOf('{', StringComparison.Ordinal) is var start and >= 0 ? start : part.Length)..])
                .Where(message => message.Contains($"\"{method}\"", StringComparison.Ordinal) && message.EndsWith('}'))
                .Select(message => JsonNode.Parse(message)!["params"]!)
                .FirstOrDefault(isWanted);
            return found is not null;
        });
        return found!;
    }
}
