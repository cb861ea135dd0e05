using CsCheck;
using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Tests.Documents;

public class DocumentStoreTests
{
    private const string Uri = "file:///a";

    private static readonly string[] Parts = ["a", "\n", "\r\n", "\r", "\ud83d\ude00", "ü"];

    private static readonly Gen<string> Text = Gen.Int[0, Parts.Length - 1].Array[0, 20].Select(parts => string.Concat(parts.Select(part => Parts[part])));

    [Fact]
    public void An_edit_at_a_position_is_the_edit_at_its_offset()
    {
        Gen.Select(Text, Text, Gen.Int[0, 100], Gen.Int[0, 100]).Sample((text, inserted, a, b) =>
        {
            int[] offsets = [.. Enumerable.Range(0, text.Length + 1).Where(offset => offset == 0 || offset == text.Length || !(text[offset - 1] == '\r' && text[offset] == '\n'))];
            int start = Math.Min(offsets[a % offsets.Length], offsets[b % offsets.Length]);
            int end = Math.Max(offsets[a % offsets.Length], offsets[b % offsets.Length]);
            DocumentStore store = Open(text);

            DocumentSnapshot? changed = store.Change(Uri, 2, [new(inserted, (PositionOf(text, start), PositionOf(text, end)))]);

            Assert.Equal(text[..start] + inserted + text[end..], changed!.Text);
            Assert.Equal(2, changed.Version);
        });
    }

    [Fact]
    public void A_character_past_the_end_of_its_line_means_its_end()
    {
        DocumentStore store = Open("ab\r\ncd");

        Assert.Equal("ab!\r\ncd", store.Change(Uri, 2, [new("!", (new(0, 99), new(0, 99)))])!.Text);
    }

    [Theory]
    [InlineData(2, 0, 2, 0)]
    [InlineData(-1, 0, 0, 0)]
    [InlineData(0, -1, 0, 0)]
    [InlineData(1, 0, 0, 0)]
    public void An_edit_that_does_not_fit_closes_the_document(int line, int character, int endLine, int endCharacter)
    {
        DocumentStore store = Open("a\nb");

        Assert.Throws<EditDoesNotFitException>(() => store.Change(Uri, 2, [new("x", (new(line, character), new(endLine, endCharacter)))]));

        Assert.Null(store.Find(Uri));
        Assert.Null(store.Change(Uri, 3, [new("y", null)]));
    }

    [Fact]
    public void Edits_of_one_change_each_see_the_text_that_the_one_before_left()
    {
        DocumentStore store = Open("");

        Assert.Equal("b\na", store.Change(Uri, 2, [new("a", null), new("b\n", (new(0, 0), new(0, 0)))])!.Text);
    }

    private static DocumentStore Open(string text)
    {
        DocumentStore store = new();
        store.Open(new(Uri, "x", 1, text));
        return store;
    }

    private static TextPosition PositionOf(string text, int offset)
    {
        int line = 0, start = 0;
        for (int index = 0; index < offset; index++)
        {
            if (text[index] == '\n' || (text[index] == '\r' && (index + 1 == text.Length || text[index + 1] != '\n')))
            {
                line++;
                start = index + 1;
            }
        }

        return new(line, offset - start);
    }
}
