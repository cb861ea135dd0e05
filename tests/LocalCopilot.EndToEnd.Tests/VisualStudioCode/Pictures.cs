namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>The pictures of the README, with default settings. Run on demand, with LOCALCOPILOT_PICTURES naming the folder that they are written to.</summary>
public sealed class Pictures(PictureServer code) : IClassFixture<PictureServer>, IAsyncLifetime
{
    private static string Folder => Environment.GetEnvironmentVariable("LOCALCOPILOT_PICTURES") ?? throw new InvalidOperationException("Set LOCALCOPILOT_PICTURES to the folder for the pictures.");

    public async ValueTask InitializeAsync() => await code.RequireAsync();

    public ValueTask DisposeAsync() => default;

    [Fact(Explicit = true)]
    public async Task Suggestion()
    {
        CodeWindow window = await code.OpenAsync("src/Sep/Internals/ISepStringHashPool.cs", 8);
        await window.PressAsync("End");
        await window.PressAsync("Enter");
        await window.TypeAsync("bool TryGetString(ReadOnlySpan<char> ", delay: 30);
        await window.ShownAsync(text => text.StartsWith("chars", StringComparison.Ordinal));
        await window.ScreenshotAsync(Path.Combine(Folder, "vscode-suggestion.png"));
    }

    [Fact(Explicit = true)]
    public async Task Menu()
    {
        CodeWindow window = await code.OpenAsync("src/Sep/SepTrim.cs");
        await window.ClickStatusBarAsync();
        await CodeWindow.UntilAsync("the menu is open", async () => (await window.TextAsync(CodeWindow.List)).Contains("Open Log", StringComparison.Ordinal), seen: window.SeenAsync);
        await window.ScreenshotAsync(Path.Combine(Folder, "vscode-menu.png"));
    }
}

/// <summary>Nothing is set but what keeps the window to what is shown.</summary>
public sealed class PictureServer : CodeServer
{
    protected override string DaemonSettings => "{}";

    protected override string EditorSettings => """
        {
          "workbench.startupEditor": "none",
          "workbench.colorTheme": "Default Dark Modern",
          "workbench.secondarySideBar.defaultVisibility": "hidden",
          "editor.cursorBlinking": "solid",
          "telemetry.telemetryLevel": "off",
          "chat.disableAIFeatures": true
        }
        """;
}
