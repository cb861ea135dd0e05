namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>The newest Neovim, which has inline completion of its own.</summary>
public class NewNeovimTests(SepRepository sep) : EditorTests(sep)
{
    private protected override IEditorKind Kind { get; } = ViKind.NewNeovim;

    [Fact]
    public async Task Neovim_s_own_inline_completion_shows_and_accepts_without_the_extension()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = Sep.CheckOut();
        await using Editor editor = await Editor.OpenAsync(ViKind.BareNeovim, sandbox, HashPool(repository));

        await editor.GoToEndAsync(8);
        await editor.TypeAsync("\r" + Declaration);
        await editor.Terminal.SeesAsync(Declaration + "chars);");
        await editor.AcceptAsync();
        await editor.SentAsync("workspace/executeCommand");

        Assert.Contains("    " + Declaration + "chars);\n}\n", await editor.SavedAsync(), StringComparison.Ordinal);
    }
}
