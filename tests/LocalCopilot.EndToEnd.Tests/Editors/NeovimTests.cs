namespace LocalCopilot.EndToEnd.Tests.Editors;

public class NeovimTests(SepRepository sep) : EditorTests(sep)
{
    private protected override IEditorKind Kind { get; } = ViKind.Neovim;
}
