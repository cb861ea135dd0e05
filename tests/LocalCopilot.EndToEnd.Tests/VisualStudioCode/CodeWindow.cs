using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.EndToEnd.Tests.Editors;
using PuppeteerSharp;
using PuppeteerSharp.Input;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>One window of the editor, as its user sees and types it.</summary>
internal sealed class CodeWindow(IBrowserContext context, IPage page, ExtensionHost host, Recording recording) : IAsyncDisposable
{
    public const string Toast = ".notifications-toasts .notification-toast";
    public const string Dialog = ".monaco-dialog-box";
    public const string List = ".quick-input-widget:not([style*='display: none']) .quick-input-list .monaco-list-rows";

    private const string StatusBarItem = "[id=\"localcopilot.localcopilot.localCopilot\"]";
    private const string Hover = ".workbench-hover-container";

    private string _file = "";

    /// <summary>Against hanging for ever only.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    /// <summary>For what takes minutes on a busy machine: loading a window, a round of learning.</summary>
    public static TimeSpan LongPatience { get; } = TimeSpan.FromMinutes(10);

    public ExtensionHost Host => host;

    /// <summary>What this window's extension and the daemon said to each other.</summary>
    public Recording Recording => recording;

    public string Uri => new Uri(_file).AbsoluteUri;

    /// <summary>Makes it the window that is used.</summary>
    public Task ActivateAsync() => page.BringToFrontAsync();

    /// <summary>Opens a file, with the cursor in it.</summary>
    public async Task OpenFileAsync(string file, int line = 0, int character = 0)
    {
        _file = file;
        await ActivateAsync();
        await host.RunAsync($"await vscode.window.showTextDocument(vscode.Uri.file({JsonSerializer.Serialize(file)}), {{ preview: false, selection: new vscode.Range({line}, {character}, {line}, {character}) }})");
        await UntilAsync(
            "the cursor is in the file",
            async () => await CountAsync($".tab.active[data-resource-name=\"{Path.GetFileName(file)}\"]") == 1 && await page.EvaluateExpressionAsync<bool>("(document.activeElement?.closest('.editor-instance') ?? null) !== null"),
            seen: SeenAsync);
        // The part of an editor that asks for suggestions is made when the window is idle, and keys before that ask for none. What waits later comes behind it.
        await page.EvaluateExpressionAsync("new Promise(done => requestIdleCallback(done))");
    }

    /// <summary>Waits until the daemon serves this window, and has its file.</summary>
    public async Task ConnectedAsync()
    {
        await StatusBarAsync(text => text is "LocalCopilot" or "LocalCopilot: adapted");
        await UntilAsync("the daemon has the file", () => Task.FromResult(recording.SentOf("textDocument/didOpen").Any(message => message["params"]!["textDocument"]!["uri"]!.GetValue<string>() == Uri)));
    }

    /// <summary>Puts away what another test has left.</summary>
    public async Task ClearAsync()
    {
        await host.RunAsync(
            """
            const run = command => vscode.commands.executeCommand(command);
            await run('workbench.action.closeQuickOpen');
            await run('notifications.clearAll');
            await run('workbench.action.closePanel');
            while (vscode.window.tabGroups.activeTabGroup.activeTab) await run('workbench.action.revertAndCloseActiveEditor');
            """);
        await UntilAsync("nothing is open", async () => await CountAsync(".tab") == 0 && await CountAsync(Toast) == 0);
    }

    /// <summary>Types as people do, a key at a time.</summary>
    /// <param name="delay">Milliseconds between keys.</param>
    public Task TypeAsync(string text, int delay = 0) => page.Keyboard.TypeAsync(text, new TypeOptions { Delay = delay });

    /// <param name="keys">Such as <c>Control+End</c>.</param>
    public async Task PressAsync(string keys)
    {
        string[] parts = keys.Split('+');
        foreach (string modifier in parts[..^1])
        {
            await page.Keyboard.DownAsync(modifier);
        }

        await page.Keyboard.PressAsync(parts[^1]);
        foreach (string modifier in parts[..^1].Reverse())
        {
            await page.Keyboard.UpAsync(modifier);
        }
    }

    /// <summary>The suggestion that is shown, its first line at each cursor; empty where none is.</summary>
    public async Task<string> SuggestionAsync() => Plain(await page.EvaluateExpressionAsync<string>(
        """
        (() => {
          const first = [...document.querySelectorAll('.editor-instance .view-lines .view-line')]
            .map(line => [...line.querySelectorAll('.ghost-text-decoration')].map(part => part.textContent).join('')).filter(text => text);
          const others = [...document.querySelectorAll('.editor-instance .view-zones .suggest-preview-text .view-line')].map(line => line.textContent);
          return [...(others.length > 0 && first.length === 0 ? [''] : first), ...others].join('\n');
        })()
        """));

    /// <summary>Waits for a suggestion.</summary>
    public async Task<string> ShownAsync(Func<string, bool>? isWanted = null)
    {
        string shown = "";
        await UntilAsync("the wanted suggestion is shown", async () => (shown = await SuggestionAsync()).Length > 0 && (isWanted is null || isWanted(shown)), seen: SeenAsync);
        return shown;
    }

    /// <summary>Presses a key that takes a part of what is shown, and waits until the rest of it is shown.</summary>
    /// <returns>The rest.</returns>
    public async Task<string> TakePartAsync(string keys, string shown)
    {
        (string before, _, int version) = await DocumentAsync();
        await PressAsync(keys);
        string rest = "";
        await UntilAsync(
            "a part is taken and the rest is shown",
            async () =>
            {
                (string after, _, int now) = await DocumentAsync();
                rest = shown[Math.Clamp(after.Length - before.Length, 0, shown.Length)..];
                return now != version && await SuggestionAsync() == rest;
            },
            seen: async () => $"'{rest}' is the rest. {await SeenAsync()}");
        return rest;
    }

    public Task NoneShownAsync() => UntilAsync("no suggestion is shown", async () => (await SuggestionAsync()).Length == 0, seen: SeenAsync);

    /// <summary>Waits until the daemon has the text as it stands and has answered for it, and its answer, or nothing, is shown.</summary>
    /// <remarks>Behind the cursor there is nothing that the answer takes the place of: what of it is the same, VS Code does not show.</remarks>
    /// <param name="cursors">How many there are, each of which shows it.</param>
    /// <returns>The suggestion; empty where there is none.</returns>
    public async Task<string> SettlesAsync(int cursors = 1)
    {
        string wanted = "";
        await UntilAsync(
            "the answer for the text as it stands is shown",
            async () =>
            {
                (string text, TextPosition cursor, _) = await DocumentAsync();
                if (!recording.IsAskedAfterLastChange || recording.LastAnswer() is not { } answer || Recording.At(answer.Position) != cursor || recording.TextOf(Uri) != text)
                {
                    return false;
                }

                wanted = answer.Item?["insertText"]!.GetValue<string>() ?? "";
                return await SuggestionAsync() == (wanted.Length == 0 ? "" : string.Join('\n', Enumerable.Repeat(wanted, cursors)));
            },
            seen: async () => $"'{wanted}' was answered. {await SeenAsync()}");
        return wanted;
    }

    /// <summary>The text in the editor, the cursor, and the version, which every change counts up.</summary>
    /// <remarks>The extension host hears of a key later than the window. The command goes to the window and back, behind all that the window has told.</remarks>
    public async Task<(string Text, TextPosition Cursor, int Version)> DocumentAsync()
    {
        JsonNode document = (await host.RunAsync(
            """
            await vscode.commands.executeCommand('setContext', 'localcopilot.heard', true);
            const editor = vscode.window.activeTextEditor, { line, character } = editor.selection.active;
            return { text: editor.document.getText(), line, character, version: editor.document.version };
            """))!;
        return (document["text"]!.GetValue<string>(), new(document["line"]!.GetValue<int>(), document["character"]!.GetValue<int>()), document["version"]!.GetValue<int>());
    }

    /// <summary>Saves, and waits until the file has a text.</summary>
    public async Task SavesAsync(string wanted)
    {
        await PressAsync("Control+s");
        string saved = "";
        await UntilAsync($"the file has the text:\n{wanted}\n", async () => (saved = await System.IO.File.ReadAllTextAsync(_file)) == wanted, seen: () => Task.FromResult("It has:\n" + saved));
    }

    /// <summary>Runs a command by its title, as in the palette.</summary>
    public async Task CommandAsync(string title)
    {
        await PressAsync("F1");
        await UntilAsync("the palette is open", () => page.EvaluateExpressionAsync<bool>("(document.activeElement?.closest('.quick-input-widget') ?? null) !== null"), seen: SeenAsync);
        await TypeAsync(title);
        await UntilAsync($"the palette has {title}", async () => (await TextAsync($"{List} .monaco-list-row.focused")).Contains(title, StringComparison.Ordinal), seen: SeenAsync);
        await PressAsync("Enter");
    }

    /// <summary>Waits for what LocalCopilot's item of the status bar says.</summary>
    public async Task<string> StatusBarAsync(Func<string, bool> isWanted, TimeSpan? limit = null)
    {
        string text = "";
        await UntilAsync("the status bar says what is wanted", async () => isWanted(text = (await TextAsync(StatusBarItem)).Trim()), limit, SeenAsync);
        return text;
    }

    public Task ClickStatusBarAsync() => page.ClickAsync(StatusBarItem + " a");

    /// <summary>What the status bar's item says when it is pointed at, as often as it takes.</summary>
    public async Task<string> TooltipAsync(Func<string, bool> isWanted)
    {
        string text = "";
        await UntilAsync(
            "the status bar tells more",
            async () =>
            {
                await page.Mouse.MoveAsync(600, 300);
                await UntilAsync("no tooltip is shown", async () => await CountAsync(Hover) == 0);
                await page.HoverAsync(StatusBarItem);
                await UntilAsync("a tooltip is shown", async () => (text = await TextAsync(Hover)).Length > 0);
                return isWanted(text);
            },
            seen: () => Task.FromResult(text));
        return text;
    }

    /// <summary>Waits for a notification.</summary>
    public async Task<string> NotificationAsync(Func<string, bool> isWanted, TimeSpan? limit = null)
    {
        string text = "";
        await UntilAsync("a notification says what is wanted", async () => isWanted(text = await TextAsync(Toast)), limit, SeenAsync);
        return text;
    }

    public async Task<int> CountAsync(string selector) => (await page.QuerySelectorAllAsync(selector)).Length;

    /// <summary>Text of all that a selector finds.</summary>
    public async Task<string> TextAsync(string selector) =>
        Plain(await page.EvaluateFunctionAsync<string>("selector => [...document.querySelectorAll(selector)].map(one => one.textContent).join('\\n')", selector));

    /// <summary>Text of the previews that are open.</summary>
    public async Task<string> PreviewAsync()
    {
        string[] texts = await Task.WhenAll(page.Frames.Where(frame => frame != page.MainFrame).Select(async frame =>
        {
            try
            {
                return await frame.EvaluateExpressionAsync<string>("document.body?.innerText ?? ''");
            }
            catch (PuppeteerException)
            {
                // A frame that is just loaded or left.
                return "";
            }
        }));
        return string.Join('\n', texts);
    }

    /// <summary>Takes a picture, when what fades in has done so.</summary>
    public async Task ScreenshotAsync(string target)
    {
        await UntilAsync("nothing moves", () => page.EvaluateExpressionAsync<bool>("document.getAnimations().every(one => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity)"));
        await page.ScreenshotAsync(target);
    }

    /// <param name="seen">What there is instead, for the message.</param>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan? limit = null, Func<Task<string>>? seen = null)
    {
        Stopwatch passed = Stopwatch.StartNew();
        while (!await holds())
        {
            if (passed.Elapsed > (limit ?? Patience))
            {
                Assert.Fail($"Waited in vain until {what}. {(seen is null ? "" : await seen())}");
            }

            await Task.Delay(30, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await page.CloseAsync(new() { RunBeforeUnload = false });
        await context.CloseAsync();
    }

    /// <summary>The window in words, for messages.</summary>
    public async Task<string> SeenAsync() => $"""
        Suggested: '{await SuggestionAsync()}'. Status bar: {await TextAsync(".statusbar-item.right")}.
        Notifications: {await TextAsync(Toast)}. List: {await TextAsync(List)}. Tabs: {await TextAsync(".tab")}. Text:
        {await TextAsync(".editor-instance .view-line")}
        Said last:
        {string.Join('\n', recording.Sent.TakeLast(6).Concat(recording.Received.TakeLast(6)).Select(message => message.ToJsonString()))}
        """;

    private static string Plain(string text) => text.Replace('\u00a0', ' ');
}
