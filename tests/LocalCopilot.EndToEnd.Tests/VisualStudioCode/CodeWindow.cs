using System.Diagnostics;
using PuppeteerSharp;
using PuppeteerSharp.Input;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>One window of the editor, as its user sees and types it.</summary>
internal sealed class CodeWindow(IBrowserContext context, IPage page, string file) : IAsyncDisposable
{
    private string _file = file;

    /// <summary>Against hanging for ever only: on a busy machine a window takes minutes to load.</summary>
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(5);

    /// <summary>How long something has to stay away to be taken for absent.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(2);

    public async Task LoadedAsync()
    {
        await UntilAsync("the file is open", async () => await page.QuerySelectorAsync(".editor-instance .view-lines .view-line") is not null);
        await FocusAsync();
    }

    /// <summary>Opens another file, by its path in the file picker.</summary>
    public async Task OpenFileAsync(string path)
    {
        await PressAsync("Escape");
        await PressAsync("Control+p");
        await PaletteAsync();
        await TypeAsync(path);
        string name = Path.GetFileName(path);
        await UntilAsync($"{name} is found", async () => (await TextAsync(".quick-input-list .monaco-list-row.focused")).Contains(name, StringComparison.Ordinal), seen: SeenAsync);
        await PressAsync("Enter");
        await UntilAsync($"{name} is open", async () => (await TextAsync(".tab.active .label-name")).Contains(name, StringComparison.Ordinal) && await page.QuerySelectorAsync(".editor-instance .view-lines .view-line") is not null, seen: SeenAsync);
        _file = path;
        await FocusAsync();
    }

    /// <summary>Below the last line of what the file's last brace closes.</summary>
    public async Task GoToNewLineAsync()
    {
        foreach (string key in (string[])["Control+End", "ArrowUp", "ArrowUp", "End", "Enter", "Shift+Home"])
        {
            await PressAsync(key);
        }
    }

    public async Task FocusAsync()
    {
        await page.ClickAsync(".editor-instance .view-lines");
        await PressAsync("Control+Home");
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

    /// <summary>The suggestion that is shown, on the cursor's line; empty where none is.</summary>
    public async Task<string> SuggestionAsync() => Plain(await page.EvaluateExpressionAsync<string>(
        "[...document.querySelectorAll('.editor-instance .view-line .ghost-text-decoration, .editor-instance .view-line .ghost-text')].map(part => part.textContent).join('')"));

    /// <summary>Waits for a suggestion.</summary>
    public async Task<string> ShownAsync(Func<string, bool>? isWanted = null)
    {
        string shown = "";
        await UntilAsync("the wanted suggestion is shown", async () => (shown = await SuggestionAsync()).Length > 0 && (isWanted is null || isWanted(shown)), seen: SeenAsync);
        return shown;
    }

    public Task NoneShownAsync() => UntilAsync("no suggestion is shown", async () => (await SuggestionAsync()).Length == 0, seen: SeenAsync);

    /// <summary>Whether a suggestion turns up while the user waits.</summary>
    public async Task<bool> ShowsWithinAsync(TimeSpan patience)
    {
        Stopwatch passed = Stopwatch.StartNew();
        while (passed.Elapsed < patience)
        {
            if ((await SuggestionAsync()).Length > 0)
            {
                return true;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return false;
    }

    /// <summary>What the user would find in the file.</summary>
    public async Task<string> SavedTextAsync()
    {
        await PressAsync("Control+s");
        await UntilAsync("the file is saved", async () => await page.QuerySelectorAsync(".tab.active.dirty") is null);
        return await System.IO.File.ReadAllTextAsync(_file);
    }

    /// <summary>Runs a command by its title, as in the palette.</summary>
    public async Task CommandAsync(string title)
    {
        await PressAsync("F1");
        await PaletteAsync();
        await TypeAsync(title);
        await UntilAsync($"the palette has {title}", async () => (await TextAsync(".quick-input-list .monaco-list-row.focused")).Contains(title, StringComparison.Ordinal));
        await PressAsync("Enter");
    }

    /// <summary>Waits for what LocalCopilot's item of the status bar says.</summary>
    public async Task<string> StatusBarAsync(Func<string, bool> isWanted, TimeSpan? limit = null)
    {
        string text = "";
        await UntilAsync("the status bar says what is wanted", async () => isWanted(text = (await TextAsync(StatusBarItem)).Trim()), limit, SeenAsync);
        return text;
    }

    /// <summary>What the status bar's item says when it is pointed at.</summary>
    public async Task<string> TooltipAsync(Func<string, bool> isWanted)
    {
        string text = "";
        await UntilAsync("the status bar tells more", async () =>
        {
            await page.Mouse.MoveAsync(10, 300);
            await page.HoverAsync(StatusBarItem);
            await Task.Delay(1000);
            return isWanted(text = await TextAsync(".workbench-hover-container"));
        });
        return text;
    }

    /// <summary>Waits for a notification.</summary>
    public async Task<string> NotificationAsync(Func<string, bool> isWanted, TimeSpan? limit = null)
    {
        string text = "";
        await UntilAsync("a notification says what is wanted", async () => isWanted(text = await TextAsync(".notifications-toasts")), limit, SeenAsync);
        return text;
    }

    public async Task<int> CountAsync(string selector) => (await page.QuerySelectorAllAsync(selector)).Length;

    public Task ClickAsync(string selector) => page.ClickAsync(selector);

    /// <summary>Text of all that a selector finds.</summary>
    public async Task<string> TextAsync(string selector) =>
        Plain(await page.EvaluateFunctionAsync<string>("selector => [...document.querySelectorAll(selector)].map(one => one.textContent).join('\\n')", selector));

    /// <summary>Text of all frames, those of previews included.</summary>
    public async Task<string> FramesTextAsync()
    {
        string[] texts = await Task.WhenAll(page.Frames.Select(async frame =>
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

    /// <summary>Nothing of the kind turns up for a while.</summary>
    public async Task<bool> StaysAbsentAsync(string selector)
    {
        Stopwatch passed = Stopwatch.StartNew();
        while (passed.Elapsed < Absence)
        {
            if (await CountAsync(selector) > 0)
            {
                return false;
            }

            await Task.Delay(100);
        }

        return true;
    }

    public Task ScreenshotAsync(string target) => page.ScreenshotAsync(target);

    /// <param name="seen">What there is instead, for the message.</param>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan? limit = null, Func<Task<string>>? seen = null)
    {
        Stopwatch passed = Stopwatch.StartNew();
        while (!await holds())
        {
            if (passed.Elapsed > (limit ?? Watchdog))
            {
                Assert.Fail($"Waited in vain until {what}. {(seen is null ? "" : await seen())}");
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await page.CloseAsync(new() { RunBeforeUnload = false });
        await context.CloseAsync();
    }

    private Task PaletteAsync() => UntilAsync("the palette is open", () => page.EvaluateExpressionAsync<bool>("(document.activeElement?.closest('.quick-input-widget') ?? null) !== null"), seen: SeenAsync);

    private async Task<string> SeenAsync() =>
        $"Suggested: '{await SuggestionAsync()}'. Status bar: {await TextAsync(".statusbar-item.right")}. Notifications: {await TextAsync(".notifications-toasts")}. Text:\n{await TextAsync(".editor-instance .view-line")}";

    private const string StatusBarItem = "[id=\"localcopilot.localcopilot.localCopilot\"]";

    private static string Plain(string text) => text.Replace('\u00a0', ' ');
}
