namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>Neovim's own inline completion asks and shows, where there is one.</summary>
public class NewNeovimTests(SepRepository sep) : EditorTests(sep)
{
    private protected override IEditorKind Kind { get; } = ViKind.NewNeovim;
}
