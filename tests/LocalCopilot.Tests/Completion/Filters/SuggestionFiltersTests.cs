using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Filters;

namespace LocalCopilot.Tests.Completion.Filters;

public class SuggestionFiltersTests
{
    [Theory]
    [InlineData("foo(‸)", "a, b", "a, b", 0)]
    [InlineData("foo(‸)", "a, b);", "a, b);", 1)]
    [InlineData("foo(‸);", "a, b);", "a, b);", 2)]
    [InlineData("foo(‸)", "bar(x)", "bar(x)", 0)]
    [InlineData("foo(\"‸\")", "a\", b)", "a\", b)", 2)]
    [InlineData("foo(\"‸\")", "a", "a", 0)]
    [InlineData("items[‸]", "0] = 1;", "0] = 1;", 1)]
    public void Brackets_are_balanced_against_the_rest_of_the_line(string text, string generated, string shown, int replaced) =>
        Assert.Equal(new Suggestion(shown, replaced), Apply(text, generated));

    [Theory]
    [InlineData("var ‸ = Create();", "shape = Create();", "shape")]
    [InlineData("return ‸value;", "first + value;", "first +")]
    public void What_follows_on_the_line_is_not_said_twice(string text, string generated, string shown) =>
        Assert.Equal(shown, Apply(text, generated)?.Text);

    [Theory]
    [InlineData("a;\na;\na;\na;", "a;")]
    [InlineData("a;\nb;\na;", "a;\nb;\na;")]
    public void Circles_are_cut(string generated, string shown) => Assert.Equal(shown, Apply("‸", generated)?.Text);

    [Fact]
    public void Further_lines_are_indented_as_the_document_is() =>
        Assert.Equal("{\n\t\treturn 1;\n\t}", Apply("\tint f() ‸\n", "{\n        return 1;\n    }")?.Text);

    [Theory]
    [InlineData("x = ‸", " 1  \n", "1")]
    [InlineData("x =‸", " 1", " 1")]
    public void Blanks_are_not_doubled(string text, string generated, string shown) => Assert.Equal(shown, Apply(text, generated)?.Text);

    [Theory]
    [InlineData("‸\nreturn x;\n", "return x;")]
    [InlineData("x = ‸", "  \n")]
    [InlineData("x = ‸", "")]
    public void What_adds_nothing_is_dropped(string text, string generated) => Assert.Null(Apply(text, generated));

    private static Suggestion? Apply(string text, string generated) => SuggestionFilters.Apply(generated, CursorText.Place(text));
}
