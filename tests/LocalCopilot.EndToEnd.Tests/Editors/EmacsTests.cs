namespace LocalCopilot.EndToEnd.Tests.Editors;

public class EmacsTests : EditorTests
{
    private protected override IEditorKind Kind { get; } = new EmacsKind();
}
