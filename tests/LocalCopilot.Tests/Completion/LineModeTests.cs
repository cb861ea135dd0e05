using LocalCopilot.Daemon.Completion;

namespace LocalCopilot.Tests.Completion;

public class LineModeTests
{
    [Theory]
    [InlineData("int x = ‸", true)]
    [InlineData("foo(‸)", true)]
    [InlineData("if (a) {‸\n}", false)]
    [InlineData("def f(x):‸\n", false)]
    [InlineData("def f(x):\n    ‸\n", false)]
    [InlineData("{\n    a();\n    ‸\n}", true)]
    [InlineData("‸", false)]
    [InlineData("int Area() =>‸\n", true)]
    [InlineData("foo(‸\n", true)]
    [InlineData("x = {\"a\":‸\n", true)]
    [InlineData("else:‸\n", false)]
    [InlineData("items.map((x) => {‸", false)]
    [InlineData("    case Shape.Circle:\n        ‸\n", false)]
    [InlineData("\n\n‸\n", false)]
    [InlineData("foo(\n    ‸\n)", true)]
    [InlineData("let area:‸", true)]
    [InlineData("if (a) {‸}", true)]
    [InlineData("return x‸;", true)]
    public void Lines_and_blocks_are_told_by_where_the_cursor_is(string text, bool oneLine) =>
        Assert.Equal(oneLine, LineMode.IsSingleLine(CursorText.Place(text)));
}
