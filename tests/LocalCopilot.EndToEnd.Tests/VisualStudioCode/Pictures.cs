namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>The pictures of the README. Run on demand, with LOCALCOPILOT_PICTURES naming the folder that they are written to.</summary>
[Collection(CodeServerCollection.Name)]
public class Pictures
{
    private const string File = "src/Sep/Internals/ISepStringHashPool.cs";

    private readonly CodeServer _code;

    public Pictures(CodeServer code)
    {
        _code = code;
        code.Require();
    }

    private static string Folder => Environment.GetEnvironmentVariable("LOCALCOPILOT_PICTURES") ?? throw new InvalidOperationException("Set LOCALCOPILOT_PICTURES to the folder for the pictures.");

    [Fact(Explicit = true)]
    public async Task Suggestion()
    {
        CodeWindow window = await _code.OpenAsync(File);
        await window.PressAsync("Control+End");
        await window.PressAsync("ArrowUp");
        await window.PressAsync("ArrowUp");
        await window.PressAsync("End");
        await window.PressAsync("Enter");
        await window.TypeAsync("bool TryGetString(ReadOnlySpan<char> ", delay: 30);
        await window.ShownAsync();
        await window.ScreenshotAsync(Path.Combine(Folder, "vscode-suggestion.png"));
        await window.TooltipAsync(text => text.Contains("Repository", StringComparison.Ordinal));
        await window.ScreenshotAsync(Path.Combine(Folder, "vscode-status.png"));
    }

    [Fact(Explicit = true)]
    public async Task Menu()
    {
        CodeWindow window = await _code.OpenAsync(File);
        await window.ClickAsync("[id=\"localcopilot.localcopilot.localCopilot\"] a");
        await CodeWindow.UntilAsync("the menu is open", async () => (await window.TextAsync(".quick-input-list")).Contains("Open Log", StringComparison.Ordinal));
        await window.ScreenshotAsync(Path.Combine(Folder, "vscode-menu.png"));
    }

    [Fact(Explicit = true)]
    public async Task Report()
    {
        CodeWindow window = await _code.OpenAsync(File);
        await window.CommandAsync("LocalCopilot: Show Report");
        await CodeWindow.UntilAsync("the report is shown", async () => (await window.FramesTextAsync()).Contains("embedded-code", StringComparison.Ordinal));
        await Task.Delay(1000, TestContext.Current.CancellationToken);
        await window.ScreenshotAsync(Path.Combine(Folder, "vscode-report.png"));
    }

    [Fact(Explicit = true)]
    public async Task Walkthrough()
    {
        CodeWindow window = await _code.OpenAsync(File);
        await window.CommandAsync("Welcome: Open Walkthrough");
        await window.TypeAsync("LocalCopilot");
        await window.PressAsync("Enter");
        await CodeWindow.UntilAsync("the walkthrough is open", async () => (await window.TextAsync(".gettingStartedContainer")).Contains("Install the daemon", StringComparison.Ordinal));
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        await window.ScreenshotAsync(Path.Combine(Folder, "vscode-walkthrough.png"));
    }
}
