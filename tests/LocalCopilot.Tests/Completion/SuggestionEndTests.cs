using LocalCopilot.Daemon.Completion.Stops;
using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Tests.Completion;

public class SuggestionEndTests
{
    [Theory]
    [InlineData("x = ‸", "1;\ny = 2;\n", "1;")]
    [InlineData("x = ‸", "1;\r\n", "1;")]
    public void One_line_ends_with_the_line(string text, string generated, string kept) => Check(text, generated, kept, singleLine: true);

    [Theory]
    [InlineData("if (a) {‸\n", "\n    b();\n}\nc();\n", "\n    b();\n}")]
    [InlineData("    def f(x):‸\n", "\n        return x\n\n    def g():\n", "\n        return x\n")]
    [InlineData("class A:\n    ‸\n", "def f(self):\n        pass\nprint(1)\n", "def f(self):\n        pass")]
    [InlineData("if (a) {‸\n", "\n    b();\n\n\n    c();\n", "\n    b();")]
    [InlineData("if (a) {‸\n}\n", "\n    b();\n}\n", "\n    b();")]
    [InlineData("if (a) {‸\n    x();\n", "\n    b();\n} else {\n    c();\n", "\n    b();\n}")]
    [InlineData("useEffect(() => {‸\n", "\n    b();\n}, [c]);\nd();\n", "\n    b();\n}, [c]);")]
    [InlineData("class A:\n‸\n", "    def f(self):\n        pass\nprint(1)\n", "    def f(self):\n        pass")]
    [InlineData("function f() {\n    ‸\n}\n", "a();\n}\n", "a();")]
    [InlineData("\tif (a) {‸\n", "\n\t\tb();\n\t}\n\tc();\n", "\n\t\tb();\n\t}")]
    [InlineData("while true {‸\n", "\n    b()\nend\nc()\n", "\n    b()\nend")]
    public void A_block_ends_with_its_indentation(string text, string generated, string kept) => Check(text, generated, kept, singleLine: false);

    [Fact]
    public void A_text_ends_before_the_line_that_follows_the_cursor() =>
        Check("if (a) {‸\n    Known();\n}", "\n    First();\n    Known();\n    Third();\n", "\n    First();", singleLine: false);

    [Theory]
    [InlineData("x1, x1, x1, x1, x1, x1, ", "x1, ")]
    [InlineData("f(a, b, a, b, a, b, a, b, a, b)", "f(a, b, ")]
    public void A_text_that_goes_in_circles_ends_after_the_first_round(string generated, string kept) => Check("y = ‸", generated, kept, singleLine: true);

    [Fact]
    public void A_ruler_is_no_circle() => Assert.Null(SuggestionEnd.For(CursorText.Place("// ‸"), singleLine: true).Observe("--------------------"));

    [Fact]
    public void A_block_has_ended_when_the_next_line_begins_further_left() =>
        Assert.Equal(8, SuggestionEnd.For(CursorText.Place("def f(x):‸\n"), singleLine: false).Observe("\n    a()\nb"));

    [Theory]
    [InlineData("return first + sec", nameof(GenerationEnd.MaxTokens), "return first + ")]
    [InlineData("a();\nb();\nc(", nameof(GenerationEnd.DecodeBudget), "a();\nb();")]
    [InlineData("a();\nb();\n", nameof(GenerationEnd.DecodeBudget), "a();\nb();")]
    [InlineData("\n    hal", nameof(GenerationEnd.MaxTokens), "\n    ")]
    [InlineData("return first + sec", nameof(GenerationEnd.EndOfText), "return first + sec")]
    [InlineData("a();\nb", nameof(GenerationEnd.Stopped), "a();\nb")]
    public void A_text_that_ran_out_of_room_ends_where_something_is_whole(string generated, string end, string kept) =>
        Assert.Equal(kept, SensibleEnd.Of(new(generated, [], 0, Enum.Parse<GenerationEnd>(end))));

    [Fact]
    public void Tokens_of_all_alternatives_are_counted()
    {
        CountedTokens counted = new();
        for (int alternative = 0; alternative < 2; alternative++)
        {
            IStopCondition stop = counted.Over(SuggestionEnd.For(CursorText.Place("x = ‸"), singleLine: true));
            Assert.Null(stop.Observe("1"));
            Assert.Equal(1, stop.Observe("1\n"));
        }

        Assert.Equal(4, counted.Count);
    }

    [Fact]
    public void A_text_without_an_end_goes_on() => Assert.Null(SuggestionEnd.For(CursorText.Place("x = ‸"), singleLine: true).Observe("1 + 2"));

    private static void Check(string text, string generated, string kept, bool singleLine)
    {
        SuggestionEnd end = SuggestionEnd.For(CursorText.Place(text), singleLine);
        for (int length = 1; length <= generated.Length; length++)
        {
            // As it comes: the first time that an end is seen counts.
            if (end.Observe(generated[..length]) is { } found)
            {
                Assert.Equal(kept, generated[..found]);
                return;
            }
        }

        Assert.Fail("No end was found.");
    }
}
