using CsCheck;
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
    [InlineData("return ‸;", "x + 1;", "x + 1;", 1)]
    [InlineData("foo(bar(‸))", "a)", "a)", 1)]
    [InlineData("pair(‸, ", "first, second", "first, second", 0)]
    [InlineData("{ ‸ }", "a: 1, b: 2 }", "a: 1, b: 2 }", 0)]
    [InlineData("f(‸),", "a, b", "a, b", 0)]
    public void Brackets_are_balanced_against_the_rest_of_the_line(string text, string generated, string shown, int replaced) =>
        Assert.Equal(new Suggestion(shown, replaced), Apply(text, generated));

    [Theory]
    [InlineData("var ‸ = Create();", "shape = Create();", "shape")]
    [InlineData("return ‸value;", "first + value;", "first +")]
    [InlineData("x = ‸a + b;", "data", "data")]
    [InlineData("x = ‸value;", "first + val", "first + val")]
    public void What_follows_on_the_line_is_not_said_twice(string text, string generated, string shown) =>
        Assert.Equal(shown, Apply(text, generated)?.Text);

    [Theory]
    [InlineData("a;\na;\na;\na;", "a;")]
    [InlineData("a;\nb;\na;", "a;\nb;\na;")]
    public void Circles_are_cut(string generated, string shown) => Assert.Equal(shown, Apply("‸", generated)?.Text);

    [Fact]
    public void Further_lines_are_indented_as_the_document_is() =>
        Assert.Equal("{\n\t\treturn 1;\n\t}", Apply("\tint f() ‸\n", "{\n        return 1;\n    }")?.Text);

    [Fact]
    public void Tabs_become_spaces_where_the_document_has_spaces() =>
        Assert.Equal("{\n        return 1;\n    }", Apply("    int f() ‸\n", "{\n\t\treturn 1;\n\t}")?.Text);

    [Fact]
    public void Lines_end_with_line_feeds_whatever_was_generated() =>
        Assert.Equal("{\n    a();\n}", Apply("f() ‸\n", "{\r\n    a();\r\n}")?.Text);

    [Theory]
    [InlineData("if (a) {‸\n}\n", "\n    b();\n}", "\n    b();")]
    [InlineData("    f(‸\n    x();\n    y();\n", "a);\n    x();\n    y();", "a);")]
    [InlineData("class A {\n    f() {‸\n}\n", "\n        b();\n    }", "\n        b();\n    }")]
    [InlineData("a = ‸\nb\n", "b", "b")]
    public void Lines_that_follow_are_not_said_twice(string text, string generated, string shown) => Assert.Equal(shown, Apply(text, generated)?.Text);

    [Fact]
    public void Whatever_was_generated_the_suggestion_stays_on_its_place()
    {
        Gen<string> code = Gen.OneOf(((string[])["foo", "a", "(", ")", "[", "]", "{", "}", "\"", "'", ";", ",", " ", "    ", "\t", "\n", "\r\n", "\r", "é", "\ud83d\ude00", "\ud83d", "// --"]).Select(Gen.Const).ToArray())
            .List[0, 14].Select(string.Concat);
        Gen.Select(code, code, code).Sample((before, after, generated) =>
        {
            string text = before + after;
            int line = before.Length - (before.LastIndexOfAny(['\n', '\r']) + 1);
            CursorPlace place = new(text, new(LinesBefore(before), line));
            if (SuggestionFilters.Apply(generated, place) is { } suggestion)
            {
                Assert.InRange(suggestion.ReplacedLength, 0, place.LineAfter.Length);
                Assert.False(string.IsNullOrWhiteSpace(suggestion.Text));
                Assert.DoesNotContain('\r', suggestion.Text);
                Assert.True(Letters(generated).Contains(Letters(suggestion.Text), StringComparison.Ordinal));
            }
        }, iter: 3000);

        static string Letters(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

        static int LinesBefore(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Count(character => character is '\n' or '\r');
    }

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
