using System.Diagnostics;
using System.Text.Json.Nodes;
using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>A real editor in a terminal, with the project's extension and nothing else.</summary>
internal sealed class Editor : IAsyncDisposable
{
    /// <summary>A busy machine must not decide what is suggested; and so little is learned and measured, when asked for, that it takes seconds.</summary>
    private const string DaemonSettings = """
        {
          "completion": { "decodeBudget": "00:01:00" },
          "adaptation": { "automatic": false, "budget": "00:00:05" },
          "gate": { "leastItems": 10, "mostItems": 20, "canaryItems": 10 }
        }
        """;

    private readonly IEditorKind _kind;

    private Editor(IEditorKind kind, Terminal terminal, Recording recording, string file)
    {
        _kind = kind;
        Terminal = terminal;
        Recording = recording;
        File = file;
    }

    public Terminal Terminal { get; }

    public Recording Recording { get; }

    public string File { get; }

    public string Uri => new Uri(File).AbsoluteUri;

    /// <summary>How often the child that runs now was told to open the file.</summary>
    public int TimesOpened => Recording.SentOf("textDocument/didOpen").Count(message => message["params"]!["textDocument"]!["uri"]!.GetValue<string>() == Uri);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts the editor on a file, and waits until the daemon has it.</summary>
    public static async Task<Editor> OpenAsync(IEditorKind kind, Sandbox sandbox, string file)
    {
        Editor editor = await StartAsync(kind, sandbox, file, Sandbox.Executable);
        await editor.UntilAsync(() => editor.TimesOpened == 1, "the document is open");
        return editor;
    }

    /// <param name="program">What the editor finds as localcopilot; null: nothing.</param>
    public static async Task<Editor> StartAsync(IEditorKind kind, Sandbox sandbox, string file, string? program)
    {
        kind.Require();
        Terminal.Require();
        if (!System.IO.File.Exists(sandbox.Paths.SettingsFile))
        {
            Directory.CreateDirectory(sandbox.Paths.ConfigurationDirectory);
            await System.IO.File.WriteAllTextAsync(sandbox.Paths.SettingsFile, DaemonSettings, Cancelled);
        }

        Recording recording = await Recording.CreateAsync(Path.Combine(sandbox.Root, "recorded-" + kind.Name), program, Cancelled);
        string path = $"PATH={recording.Folder}:/usr/bin:/bin";
        string[] command = await kind.CommandAsync(sandbox, Cancelled);
        Terminal terminal = await Terminal.StartAsync(sandbox, kind.Name + ".tmux", Path.GetDirectoryName(file)!, ["/usr/bin/env", path, "LANG=C.UTF-8", .. command, file]);
        return new(kind, terminal, recording, file);
    }

    /// <summary>Puts the cursor at a line's end, to insert there.</summary>
    public Task GoToEndAsync(int line) => _kind.GoToEndAsync(Terminal, line);

    public Task TypeAsync(string text) => Terminal.TypeAsync(text);

    public Task AcceptAsync() => Terminal.PressAsync("Tab");

    public Task AcceptWordAsync() => Terminal.PressAsync("M-Right");

    public Task AcceptLineAsync() => Terminal.PressAsync("C-M-Right");

    public Task DismissAsync() => Terminal.PressAsync(_kind.DismissKey);

    public Task UndoAsync() => _kind.UndoAsync(Terminal);

    /// <param name="command">status, adapt, enable, disable or log.</param>
    public Task RunAsync(string command) => _kind.RunAsync(Terminal, command);

    /// <summary>Saves, and reads what was saved.</summary>
    public async Task<string> SavedAsync()
    {
        int before = Recording.SentOf("textDocument/didSave").Count;
        await _kind.SaveAsync(Terminal);
        await UntilAsync(() => Recording.SentOf("textDocument/didSave").Count > before, "the file is saved");
        return await System.IO.File.ReadAllTextAsync(File, Cancelled);
    }

    public Task SentAsync(string method) => UntilAsync(() => Recording.SentOf(method).Count > 0, $"{method} is sent");

    public async Task UntilAsync(Func<bool> holds, string what) => await Terminal.WaitAsync(_ => holds(), what);

    /// <summary>Waits until the screen shows the document as the daemon knows it, with the answer to the last request in it, and nothing else.</summary>
    /// <returns>The suggestion that is shown; null: none.</returns>
    public async Task<string?> SettlesAsync()
    {
        string? suggestion = null;
        string[] expected = [];
        await Terminal.WaitAsync(
            screen =>
            {
                if (Recording.LastAnswer() is not { } answer)
                {
                    return false;
                }

                string text = Recording.TextOf(Uri);
                suggestion = answer.Item?["insertText"]!.GetValue<string>();
                expected = ScreenText.LinesOf(answer.Item is null ? text : Applied(text, answer.Item));
                return screen.Take(expected.Length).SequenceEqual(expected);
            },
            () => $"the screen shows the document and the last answer, \"{suggestion}\":\n{string.Join('\n', expected)}");
        return suggestion;
    }

    /// <summary>Waits until something is suggested at the cursor and shown.</summary>
    public async Task<string> SuggestsAsync()
    {
        await UntilAsync(() => Recording.LastAnswer()?.Item is not null, "something is suggested");
        return await SettlesAsync() ?? await SuggestsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        using Process process = Process.GetProcessById(await Terminal.ProcessIdAsync());
        await Terminal.DisposeAsync();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    private static string Applied(string text, JsonNode item)
    {
        JsonNode range = item["range"]!;
        int start = TextOffsets.Of(text, Recording.At(range["start"]!));
        int end = TextOffsets.Of(text, Recording.At(range["end"]!));
        return string.Concat(text.AsSpan(0, start), item["insertText"]!.GetValue<string>(), text.AsSpan(end));
    }
}
