using CsCheck;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Tests.Samples;

public class MinHashTests
{
    private static readonly string[] Tokens = ["total", "price", "count", "value", "item", "(", ")", ".", "=", "+", "return", "self"];
    private static readonly string[] Blanks = [" ", "\n", "  ", "\t"];

    private static readonly Gen<string> Words =
        Gen.Select(Gen.Int[0, Tokens.Length - 1], Gen.Int[0, Blanks.Length - 1], (token, blank) => Tokens[token] + Blanks[blank]).Array[0, 80].Select(string.Concat);

    /// <summary>Against the similarity that it stands for, counted with sets. 0.3 is five standard deviations.</summary>
    [Fact]
    public void It_is_about_the_Jaccard_similarity_of_runs_of_three() =>
        Gen.Select(Words, Words, Words).Sample((before, first, second) =>
        {
            string one = before + before + first;
            string other = before + before + second;
            HashSet<string> runs = Runs(one);
            HashSet<string> others = Runs(other);
            if (runs.Count > 0 && others.Count > 0)
            {
                double exact = runs.Intersect(others).Count() / (double)runs.Union(others).Count();
                Assert.Equal(exact, MinHash.Similarity(MinHash.Of(one), MinHash.Of(other)), 0.32);
            }
        });

    [Fact]
    public void Blanks_do_not_count() => Assert.Equal(MinHash.Of("if (ready) { run(first, second); }"), MinHash.Of("if (ready)\n{\n    run( first,second );\n}"));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a b")]
    public void Short_texts_have_one_too(string text)
    {
        Assert.Equal(1, MinHash.Similarity(MinHash.Of(text), MinHash.Of(text)));
        Assert.NotEqual(MinHash.Of(text), MinHash.Of("other"));
    }

    [Fact]
    public void The_same_again_is_a_duplicate_and_another_is_none()
    {
        NearDuplicates known = new();

        Assert.True(known.Add(MinHash.Of("    total = price * count + shipping\n    return total\n")));
        Assert.False(known.Add(MinHash.Of("  total = price * count + shipping\n  return total\n")));
        Assert.True(known.Add(MinHash.Of("    average = total / count\n    return average\n")));
    }

    [Fact]
    public void One_other_name_in_a_longer_text_makes_it_a_duplicate_still()
    {
        const string Text = "def summary(self, orders):\n    first = self.first(orders)\n    last = self.last(orders)\n    total = sum(order.price * order.count for order in orders)\n    return Summary(first, last, total, NAME)\n";
        NearDuplicates known = new();

        Assert.True(known.Add(MinHash.Of(Text)));
        Assert.False(known.Add(MinHash.Of(Text.Replace("NAME", "OTHER", StringComparison.Ordinal))));
    }

    private static HashSet<string> Runs(string text)
    {
        string[] tokens = text.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return [.. Enumerable.Range(0, Math.Max(0, tokens.Length - 2)).Select(i => $"{tokens[i]} {tokens[i + 1]} {tokens[i + 2]}")];
    }
}
