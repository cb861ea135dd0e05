using CsCheck;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Tests.Completion;

public class TypedThroughCacheTests
{
    private const string Uri = "file:///a.cs";

    private static readonly SuggestionKind Kind = new("model.gguf", Adapter: "adapter", SingleLine: null, MaxTokens: null);

    [Fact]
    public void Whatever_part_of_a_suggestion_was_typed_the_rest_is_there() =>
        Gen.Select(Gen.String[Gen.Char["ab\n"], 0, 8], Gen.String[Gen.Char["abc\n"], 1, 12], Gen.String[Gen.Char["ab\n"], 0, 8], Gen.Int[0, 11]).Sample((before, suggested, after, typed) =>
        {
            typed = Math.Min(typed, suggested.Length - 1);
            TypedThroughCache cache = new();
            cache.Add(Kind, new(Uri, "csharp", 1, before + after), before.Length, new("1", suggested, 0, 0));

            CompletionChoice? rest = cache.Find(Kind, new(Uri, "csharp", 2, before + suggested[..typed] + after), before.Length + typed);

            Assert.NotNull(rest);
            Assert.Equal(suggested[typed..], rest.InsertText);
        });

    [Fact]
    public void What_was_taken_back_comes_first()
    {
        TypedThroughCache cache = new();
        cache.Add(Kind, new(Uri, "csharp", 1, "var x = Math.;"), 13, new("1", "PI", 0, 0));

        Assert.Equal("th.PI", cache.Find(Kind, new(Uri, "csharp", 2, "var x = Ma;"), 10)?.InsertText);
    }

    [Theory]
    [InlineData("x = ‸\n", "Foo(a, b);", 0, "x = Foo(‸)\n", "a, b);", 1)]
    [InlineData("x = ‸\n", "Foo(a, \"b\");", 0, "x = Foo(a, \"‸\")\n", "b\");", 2)]
    [InlineData("x = ‸\n", "Foo(a, b);", 0, "x = Foo(a, b)‸\n", ";", 0)]
    [InlineData("x = Foo(‸)\n", "a, b);", 1, "x = Foo(a, ‸)\n", "b);", 1)]
    [InlineData("x = Foo(‸)\n", "a, b);", 1, "x = Foo(a, b)‸\n", ";", 0)]
    [InlineData("x = Foo(‸)\n", "bar(c), d);", 1, "x = Foo(bar(‸))\n", "c), d);", 2)]
    public void Brackets_that_the_editor_closes_are_taken_the_place_of(string suggestedAt, string suggested, int replaced, string typed, string rest, int replacedThen)
    {
        TypedThroughCache cache = new();
        var (before, position) = CursorText.Split(suggestedAt);
        cache.Add(Kind, new(Uri, "csharp", 1, before), position.Character, new("1", suggested, replaced, 0));
        var (after, cursor) = CursorText.Split(typed);

        CompletionChoice? found = cache.Find(Kind, new(Uri, "csharp", 2, after), cursor.Character);

        Assert.Equal((rest, replacedThen), (found?.InsertText, found?.ReplacedLength));
    }

    [Theory]
    [InlineData("x = ‸\n", "Foo(a, b);", "x = Foo(‸]\n")]
    [InlineData("x = ‸\n", "Foo", "x = Fo‸)\n")]
    [InlineData("x = ‸\n", "Foo(a);", "y = Foo(‸)\n")]
    [InlineData("x = ‸\n", "Foo(a);", "x = Foo(‸)\n\n")]
    public void Other_text_behind_the_cursor_is_not_answered(string suggestedAt, string suggested, string typed)
    {
        TypedThroughCache cache = new();
        var (before, position) = CursorText.Split(suggestedAt);
        cache.Add(Kind, new(Uri, "csharp", 1, before), position.Character, new("1", suggested, 0, 0));
        var (after, cursor) = CursorText.Split(typed);

        Assert.Null(cache.Find(Kind, new(Uri, "csharp", 2, after), cursor.Character));
    }

    [Fact]
    public void What_was_asked_for_otherwise_is_not_answered()
    {
        TypedThroughCache cache = new();
        DocumentSnapshot document = new(Uri, "csharp", 1, "var x = Math.;");
        cache.Add(Kind, document, 13, new("1", "PI", 0, 0));

        Assert.NotNull(cache.Find(Kind, document, 13));
        Assert.Null(cache.Find(Kind with { Model = "other.gguf" }, document, 13));
        Assert.Null(cache.Find(Kind with { SingleLine = true }, document, 13));
        Assert.Null(cache.Find(Kind with { MaxTokens = 5 }, document, 13));
        Assert.Null(cache.Find(Kind with { Adapter = null }, document, 13));
    }

    [Theory]
    [InlineData("var x = Math.Q;", 14)]
    [InlineData("var y = Math.P;", 14)]
    [InlineData("var x = Math.P", 14)]
    [InlineData("var x = Math.PI;", 15)]
    public void Other_text_is_not_answered(string text, int offset)
    {
        TypedThroughCache cache = new();
        cache.Add(Kind, new(Uri, "csharp", 1, "var x = Math.;"), 13, new("1", "PI", 0, 0));

        Assert.Null(cache.Find(Kind, new(Uri, "csharp", 2, text), offset));
        Assert.Null(cache.Find(Kind, new("file:///b.cs", "csharp", 1, "var x = Math.P;"), 14));
    }

    [Fact]
    public void Documents_are_forgotten_when_there_are_many()
    {
        TypedThroughCache cache = new();
        for (int i = 0; i < 100; i++)
        {
            cache.Add(Kind, new($"file:///{i}.cs", "csharp", 1, "x"), 1, new("1", "y", 0, 0));
        }

        Assert.Null(cache.Find(Kind, new("file:///0.cs", "csharp", 1, "x"), 1));
        Assert.NotNull(cache.Find(Kind, new("file:///99.cs", "csharp", 1, "x"), 1));
        cache.Forget("file:///99.cs");
        Assert.Null(cache.Find(Kind, new("file:///99.cs", "csharp", 1, "x"), 1));
    }
}
