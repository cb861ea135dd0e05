using LocalCopilot.Daemon.Hosting;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>What the status bar says and what the commands do.</summary>
public class CommandTests(CodeServer code) : CodeTests(code)
{
    private const string Embedded = "embedded-code-6.5m-q8_0";

    [Fact]
    public async Task The_status_bar_tells_of_daemon_model_and_repository()
    {
        CodeWindow window = await OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        await window.SettlesAsync();

        string told = await window.TooltipAsync(text => text.Contains(Embedded, StringComparison.Ordinal) && !text.Contains("loading", StringComparison.Ordinal));

        Assert.Contains($"process {await Code.Sandbox.DaemonProcessIdAsync(Cancelled)}", told, StringComparison.Ordinal);
        Assert.Contains("Samples", told, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_click_on_the_status_bar_shows_what_can_be_done()
    {
        CodeWindow window = await OpenOnNewLineAsync();

        await window.ClickStatusBarAsync();

        await CodeWindow.UntilAsync("the menu is open", async () => (await window.TextAsync(CodeWindow.List)).Contains("Open Log", StringComparison.Ordinal), seen: window.SeenAsync);
        string menu = await window.TextAsync(CodeWindow.List);
        Assert.All((string[])["Adapt to This Repository", "Show Report", "Choose Model", "Roll Back Adapter", "Turn Off in This Workspace", "Turn Off Everywhere"], entry => Assert.Contains(entry, menu, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_report_shows_the_daemons_figures()
    {
        CodeWindow window = await OpenOnNewLineAsync();

        await window.CommandAsync("LocalCopilot: Show Report");

        await CodeWindow.UntilAsync("the report is shown", async () => (await window.PreviewAsync()).Contains(Embedded, StringComparison.Ordinal), seen: window.SeenAsync);
    }

    [Fact]
    public async Task A_model_is_chosen_from_those_of_the_machine()
    {
        string other = Path.Combine(Code.Sandbox.Root, ".lmstudio", "models", "publisher", "other.gguf");
        Directory.CreateDirectory(Path.GetDirectoryName(other)!);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "models", Embedded + ".gguf"), other);
        CodeWindow window = await OpenOnNewLineAsync();

        await ChooseAsync(window, "other");
        await window.TypeAsync(Typed);
        Assert.NotEqual("", await window.SettlesAsync());
        Assert.Equal("other", await ServedModelAsync());

        await ChooseAsync(window, Embedded);
        Assert.Equal(Embedded, await ServedModelAsync());
    }

    [Fact]
    public async Task The_log_is_opened()
    {
        CodeWindow window = await OpenOnNewLineAsync();

        await window.CommandAsync("LocalCopilot: Open Log");

        await CodeWindow.UntilAsync("the log is shown", async () => (await window.TextAsync(".part.panel .title-actions, .part.panel .composite.title")).Contains("LocalCopilot", StringComparison.Ordinal), seen: window.SeenAsync);
    }

    [Fact]
    public async Task The_repository_is_adapted_to_with_progress_and_a_verdict_and_rolled_back()
    {
        using CommandLineRepository repository = new();
        LearnableRepository.Fill(90, repository.Write, () => repository.Commit());
        await using CodeWindow window = await Code.OpenWindowAsync(repository.Root);
        await window.OpenFileAsync(Path.Combine(repository.Root, "README.py"));
        await window.ConnectedAsync();

        await window.CommandAsync("LocalCopilot: Adapt to This Repository");

        await window.NotificationAsync(text => text.Contains("LocalCopilot adapts to this repository", StringComparison.Ordinal));
        await window.StatusBarAsync(text => text.StartsWith("LocalCopilot: training", StringComparison.Ordinal), CodeWindow.LongPatience);
        string verdict = await window.NotificationAsync(text => text.Contains("Show Report", StringComparison.Ordinal), CodeWindow.LongPatience);
        Assert.Contains("Better on ", verdict, StringComparison.Ordinal);
        await window.StatusBarAsync(text => text == "LocalCopilot: adapted");

        await window.CommandAsync("LocalCopilot: Show Report");
        await CodeWindow.UntilAsync("the report has the adapter", async () => (await window.PreviewAsync()) is var report && report.Contains("active", StringComparison.Ordinal) && report.Contains("held-out", StringComparison.Ordinal), seen: window.PreviewAsync);
        await window.CommandAsync("LocalCopilot: Roll Back Adapter");
        await window.NotificationAsync(text => text.Contains("no adapter is active", StringComparison.Ordinal));
        await window.StatusBarAsync(text => text == "LocalCopilot");
    }

    private static async Task ChooseAsync(CodeWindow window, string model)
    {
        await window.CommandAsync("LocalCopilot: Choose Model");
        await CodeWindow.UntilAsync("models are listed", async () => (await window.TextAsync(CodeWindow.List)) is var list && list.Contains("Open a GGUF File", StringComparison.Ordinal) && list.Contains(model, StringComparison.Ordinal), seen: window.SeenAsync);
        await window.TypeAsync(model);
        await CodeWindow.UntilAsync($"{model} is found", async () => (await window.TextAsync($"{CodeWindow.List} .monaco-list-row.focused")).Contains(model, StringComparison.Ordinal), seen: window.SeenAsync);
        await window.PressAsync("Enter");
        await CodeWindow.UntilAsync("the choice is confirmed", async () => (await window.TextAsync(".statusbar")).Contains($"completes with {model}", StringComparison.Ordinal), seen: window.SeenAsync);
    }

    private async Task<string> ServedModelAsync()
    {
        await using DaemonClient client = await DaemonClient.ConnectAsync(Code.Sandbox.Paths, startIfNeeded: false, TimeProvider.System, Cancelled);
        return (await client.Control.StatusAsync(new(), Cancelled)).Model.Id;
    }
}
