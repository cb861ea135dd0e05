namespace LocalCopilot.EndToEnd.Tests.Editors;

public class EmacsTests(SepRepository sep) : EditorTests(sep)
{
    private protected override IEditorKind Kind { get; } = new EmacsKind();
}
