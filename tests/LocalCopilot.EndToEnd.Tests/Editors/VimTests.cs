namespace LocalCopilot.EndToEnd.Tests.Editors;

public class VimTests(SepRepository sep) : EditorTests(sep)
{
    private protected override IEditorKind Kind { get; } = ViKind.Vim;
}
