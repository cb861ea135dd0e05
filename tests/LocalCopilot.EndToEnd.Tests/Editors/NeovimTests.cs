namespace LocalCopilot.EndToEnd.Tests.Editors;

public class NeovimTests : EditorTests
{
    private protected override IEditorKind Kind { get; } = new NeovimKind();
}
