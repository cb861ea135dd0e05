namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>What the status bar says and what the commands do.</summary>
[Collection(CodeServerCollection.Name)]
public class CommandTests
{
    private const string File = "src/Sep/SepTrim.cs";

    /// <summary>A round of learning takes minutes, and longer on a busy machine.</summary>
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(20);

    private readonly CodeServer _code;

    public CommandTests(CodeServer code)
    {
        _code = code;
        code.Require();
    }

    [Fact(Explicit = true)]
    public async Task The_status_bar_tells_of_the_model_and_changes_when_it_is_loaded()
    {
        CodeWindow window = await _code.OpenOnNewLineAsync();
        string model = await window.TooltipAsync(text => text.Contains("embedded-code", StringComparison.Ordinal));
        Assert.Contains("Daemon", model, StringComparison.Ordinal);

        await window.TypeAsync(CodeServer.Typed);
        await window.ShownAsync();

        string loaded = await window.TooltipAsync(text => text.Contains("embedded-code", StringComparison.Ordinal) && !text.Contains("unloaded", StringComparison.Ordinal));
        Assert.DoesNotContain("failed", loaded, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task A_click_on_the_status_bar_shows_what_can_be_done()
    {
        CodeWindow window = await _code.OpenAsync(File);

        await window.ClickAsync("[id=\"localcopilot.localcopilot.localCopilot\"] a");

        await CodeWindow.UntilAsync("the menu is open", async () => (await window.TextAsync(".quick-input-list")).Contains("Adapt to This Repository", StringComparison.Ordinal));
        string menu = await window.TextAsync(".quick-input-list");
        Assert.All((string[])["Show Report", "Choose Model", "Roll Back Adapter", "Turn Off in This Workspace", "Turn Off Everywhere", "Open Log"], entry => Assert.Contains(entry, menu, StringComparison.Ordinal));
    }

    [Fact(Explicit = true)]
    public async Task The_report_shows_the_daemons_figures()
    {
        CodeWindow window = await _code.OpenAsync(File);

        await window.CommandAsync("LocalCopilot: Show Report");

        await CodeWindow.UntilAsync("the report is shown", async () => (await window.FramesTextAsync()).Contains("embedded-code", StringComparison.Ordinal));
    }

    [Fact(Explicit = true)]
    public async Task A_model_is_chosen_from_those_of_the_machine()
    {
        CodeWindow window = await _code.OpenAsync(File);

        await window.CommandAsync("LocalCopilot: Choose Model");

        await CodeWindow.UntilAsync("models are listed", async () => (await window.TextAsync(".quick-input-list")).Contains("embedded-code", StringComparison.Ordinal));
        Assert.Contains("Open a GGUF File", await window.TextAsync(".quick-input-list"), StringComparison.Ordinal);
        await window.PressAsync("Enter");
        await CodeWindow.UntilAsync("the choice is confirmed", async () => (await window.TextAsync(".statusbar")).Contains("completes with embedded-code", StringComparison.Ordinal));
    }

    [Fact(Explicit = true)]
    public async Task The_log_is_opened()
    {
        CodeWindow window = await _code.OpenAsync(File);

        await window.CommandAsync("LocalCopilot: Open Log");

        await CodeWindow.UntilAsync("the log is shown", async () => (await window.TextAsync(".output-view-container, .panel .monaco-editor")).Length > 0 && (await window.TextAsync(".panel .composite.title, .panel")).Contains("LocalCopilot", StringComparison.Ordinal));
    }

    [Fact(Explicit = true)]
    public async Task The_repository_is_adapted_to_with_progress_and_a_verdict_and_rolled_back()
    {
        await using CodeWindow window = await _code.OpenWindowAsync(File);
        await window.StatusBarAsync(text => text == "LocalCopilot");

        await window.CommandAsync("LocalCopilot: Adapt to This Repository");

        await window.NotificationAsync(text => text.Contains("LocalCopilot adapts to this repository", StringComparison.Ordinal));
        await window.StatusBarAsync(text => text.StartsWith("LocalCopilot: training", StringComparison.Ordinal), Round);
        // Either verdict is one: whether a round of this model on this repository is good is measured elsewhere.
        await window.NotificationAsync(text => text.Contains("Show Report", StringComparison.Ordinal), Round);
        string state = await window.StatusBarAsync(text => text is "LocalCopilot" or "LocalCopilot: adapted");

        await window.CommandAsync("LocalCopilot: Show Report");
        await CodeWindow.UntilAsync("the report has the adapter", async () => (await window.FramesTextAsync()).Contains(state == "LocalCopilot" ? "rejected" : "active", StringComparison.Ordinal));
        await window.CommandAsync("LocalCopilot: Roll Back Adapter");
        await window.NotificationAsync(text => text.Contains("no adapter is active", StringComparison.Ordinal));
        await window.StatusBarAsync(text => text == "LocalCopilot");
    }
}
