using System.Diagnostics;
using PuppeteerSharp;
using PuppeteerSharp.Input;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>One window of the editor, as its user sees and types it.</summary>
internal sealed class CodeWindow(IBrowserContext context, IPage page, string file) : IAsyncDisposable
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(90);

    /// <summary>How long something has to stay away to be taken for absent.</summary>
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(2);

    public string File => file;

    public async Task LoadedAsync()
    {
        await UntilAsync("the file is open", async () => await page.QuerySelectorAsync(".editor-instance .view-lines .view-line") is not null);
        await FocusAsync();
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
        await UntilAsync("a suggestion is shown", async () => (shown = await SuggestionAsync()).Length > 0 && (isWanted is null || isWanted(shown)));
        return shown;
    }

    public async Task NoneShownAsync()
    {
        await UntilAsync("no suggestion is shown", async () => (await SuggestionAsync()).Length == 0);
    }

    /// <summary>What the user would find in the file.</summary>
    public async Task<string> SavedTextAsync()
    {
        await PressAsync("Control+s");
        await UntilAsync("the file is saved", async () => await page.QuerySelectorAsync(".tab.active.dirty") is null);
        return await System.IO.File.ReadAllTextAsync(file);
    }

    /// <summary>Runs a command by its title, as in the palette.</summary>
    public async Task CommandAsync(string title)
    {
        await PressAsync("F1");
        await UntilAsync("the palette is open", async () => await page.EvaluateExpressionAsync<bool>("document.querySelector('.quick-input-widget')?.style.display !== 'none' && document.activeElement?.closest('.quick-input-widget') !== null"));
        await TypeAsync(title);
        await UntilAsync($"the palette has {title}", async () => (await TextAsync(".quick-input-list .monaco-list-row.focused")).Contains(title, StringComparison.Ordinal));
        await PressAsync("Enter");
    }

    /// <summary>Waits for what LocalCopilot's item of the status bar says.</summary>
    public async Task<string> StatusBarAsync(Func<string, bool> isWanted)
    {
        string text = "";
        await UntilAsync("the status bar says what is wanted", async () => isWanted(text = (await TextAsync(StatusBarItem)).Trim()));
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
        await UntilAsync("a notification says what is wanted", async () => isWanted(text = await TextAsync(".notifications-toasts")), limit);
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

    public static async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan? limit = null)
    {
        Stopwatch passed = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(passed.Elapsed < (limit ?? Watchdog), $"Waited in vain until {what}.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await page.CloseAsync(new() { RunBeforeUnload = false });
        await context.CloseAsync();
    }

    private const string StatusBarItem = "[id=\"localcopilot.localcopilot.localCopilot\"]";

    private static string Plain(string text) => text.Replace('\u00a0', ' ');
}
