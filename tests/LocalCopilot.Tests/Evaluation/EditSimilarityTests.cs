using CsCheck;
using LocalCopilot.Daemon.Evaluation;

namespace LocalCopilot.Tests.Evaluation;

/// <summary>The expected ratios are those of Python's difflib.SequenceMatcher(None, a, b, autojunk=False).</summary>
public class EditSimilarityTests
{
    public static TheoryData<string, string, double> Ratios => new()
    {
        { "", "", 1.0 },
        { "a", "", 0.0 },
        { "abc", "abc", 1.0 },
        { "abc", "xyz", 0.0 },
        { "WIKIMEDIA", "WIKIMANIA", 0.7777777777777778 },
        { "GESTALT PATTERN MATCHING", "GESTALT PRACTICE", 0.6 },
        { "return x + y", "return y + x", 0.8333333333333334 },
        { "tide", "diet", 0.25 },
        { "diet", "tide", 0.5 },
        { "reader.Read();", "reader.ReadAll();", 0.9032258064516129 },
        { "aaaa", "aa", 0.6666666666666666 },
        { "abxcd", "abcd", 0.8888888888888888 },
        { "private readonly int _count;", "private int count;", 0.782608695652174 },
        { "self.assertEqual(a, b)", "assert a == b", 0.5142857142857142 },
        { "const x = await foo(bar)", "const y = foo(await bar)", 0.7916666666666666 },
        { "é ü", "e u", 0.3333333333333333 },
        { string.Concat(Enumerable.Repeat("abab", 60)), string.Concat(Enumerable.Repeat("baba", 60)), 0.9958333333333333 },
        { new string('x', 300) + "y", "y" + new string('x', 300), 0.9966777408637874 },
    };

    [Theory]
    [MemberData(nameof(Ratios))]
    public void It_is_difflib_s_ratio(string first, string second, double expected) => Assert.Equal(expected, EditSimilarity.Of(first, second), 12);

    [Fact]
    public void It_is_1_for_equal_texts_only_and_never_outside_of_0_to_1() =>
        Gen.Select(Gen.String[Gen.Char['a', 'e'], 0, 30], Gen.String[Gen.Char['a', 'e'], 0, 30]).Sample((first, second) =>
        {
            double similarity = EditSimilarity.Of(first, second);
            return similarity is >= 0 and <= 1 && similarity == 1 == (first == second) && EditSimilarity.Of(first, first) == 1;
        });

    [Theory]
    [InlineData("  Read();  ", "Read();", true)]
    [InlineData("Read();\nmore();", "Read();", true)]
    [InlineData("\r\nRead();", "Read();", true)]
    [InlineData("read();", "Read();", false)]
    [InlineData("", "Read();", false)]
    public void Of_a_line_the_first_one_counts_without_blanks_around_it(string completion, string expected, bool exact) =>
        Assert.Equal(exact, LineScore.Of(completion, expected).ExactMatch);

    [Theory]
    [InlineData("a();  \r\n    b();\n", "a();\n    b();", true)]
    [InlineData("a();\n  b();", "a();\n    b();", false)]
    [InlineData("a();", "a();\n    b();", false)]
    public void Of_a_block_all_lines_count_without_blanks_at_their_ends(string completion, string expected, bool exact) =>
        Assert.Equal(exact, LineScore.OfBlock(completion, expected).ExactMatch);
}
