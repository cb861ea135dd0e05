using CsCheck;
using LocalCopilot.Daemon.Completion.Context;

namespace LocalCopilot.Tests.Completion.Context;

public class ChunkerTests
{
    [Fact]
    public void Every_line_is_in_one_chunk_at_most_and_in_order() =>
        Gen.OneOf(Gen.Const("    return someValue;"), Gen.Const("def some_name():"), Gen.Const(""), Gen.Const("}")).Array[0, 120].Sample(lines =>
        {
            int end = 0;
            foreach (var (start, text) in Chunker.Cut(string.Join('\n', lines)))
            {
                Assert.True(start >= end);
                Assert.EndsWith("\n", text, StringComparison.Ordinal);
                end = start + text.Count(character => character == '\n');
                Assert.True(end <= lines.Length + 1);
            }
        });

    [Theory]
    [InlineData("GetModelAsync", "get model async")]
    [InlineData("open_invoice", "open invoice")]
    [InlineData("HTTPServerError", "http server error")]
    [InlineData("plain", "")]
    public void Identifiers_are_made_of_words(string identifier, string words) => Assert.Equal(words, string.Join(' ', Identifiers.WordsOf(identifier)));

    [Fact]
    public void What_is_out_of_view_is_outlined()
    {
        string file = "using System;\n\npublic class A\n{\n    public int First() => 1;\n" + string.Concat(Enumerable.Repeat("    // filler line\n", 400));

        Assert.Equal("using System;\npublic class A\n    public int First() => 1;\n", FileOutline.Of(file, 1000));
        Assert.Empty(FileOutline.Of(file.AsSpan()[..200], 1000));
    }
}
