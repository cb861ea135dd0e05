using CsCheck;
using LocalCopilot.Daemon.Completion;

namespace LocalCopilot.Tests.Completion;

public class TypedThroughCacheTests
{
    private const string Uri = "file:///a.cs";

    [Fact]
    public void Whatever_part_of_a_suggestion_was_typed_the_rest_is_there() =>
        Gen.Select(Gen.String[Gen.Char["ab\n"], 0, 8], Gen.String[Gen.Char["abc\n"], 1, 12], Gen.String[Gen.Char["ab\n"], 0, 8], Gen.Int[0, 11]).Sample((before, suggested, after, typed) =>
        {
            typed = Math.Min(typed, suggested.Length - 1);
            TypedThroughCache cache = new();
            cache.Add(new(Uri, "csharp", 1, before + after), before.Length, new("1", suggested, 0, 0));

            CompletionChoice? rest = cache.Find(new(Uri, "csharp", 2, before + suggested[..typed] + after), before.Length + typed);

            Assert.NotNull(rest);
            Assert.Equal(suggested[typed..], rest.InsertText);
        });

    [Fact]
    public void What_was_taken_back_comes_first()
    {
        TypedThroughCache cache = new();
        cache.Add(new(Uri, "csharp", 1, "var x = Math.;"), 13, new("1", "PI", 0, 0));

        Assert.Equal("th.PI", cache.Find(new(Uri, "csharp", 2, "var x = Ma;"), 10)?.InsertText);
    }

    [Theory]
    [InlineData("var x = Math.Q;", 14)]
    [InlineData("var y = Math.P;", 14)]
    [InlineData("var x = Math.P", 14)]
    [InlineData("var x = Math.PI;", 15)]
    public void Other_text_is_not_answered(string text, int offset)
    {
        TypedThroughCache cache = new();
        cache.Add(new(Uri, "csharp", 1, "var x = Math.;"), 13, new("1", "PI", 0, 0));

        Assert.Null(cache.Find(new(Uri, "csharp", 2, text), offset));
        Assert.Null(cache.Find(new("file:///b.cs", "csharp", 1, "var x = Math.P;"), 14));
    }

    [Fact]
    public void Documents_are_forgotten_when_there_are_many()
    {
        TypedThroughCache cache = new();
        for (int i = 0; i < 100; i++)
        {
            cache.Add(new($"file:///{i}.cs", "csharp", 1, "x"), 1, new("1", "y", 0, 0));
        }

        Assert.Null(cache.Find(new("file:///0.cs", "csharp", 1, "x"), 1));
        Assert.NotNull(cache.Find(new("file:///99.cs", "csharp", 1, "x"), 1));
        cache.Forget("file:///99.cs");
        Assert.Null(cache.Find(new("file:///99.cs", "csharp", 1, "x"), 1));
    }
}
