namespace LocalCopilot.EndToEnd.Tests.Editors;

public class VimTests : EditorTests
{
    private protected override IEditorKind Kind { get; } = new VimKind();
}
