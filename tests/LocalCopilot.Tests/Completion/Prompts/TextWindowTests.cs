using CsCheck;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Llama;
using LocalCopilot.Tests.Llama;

namespace LocalCopilot.Tests.Completion.Prompts;

public class TextWindowTests(EmbeddedModel embedded) : IClassFixture<EmbeddedModel>
{
    private const string Pieces = "abc (){};=.\n\n\n    \t漢é";

    private static readonly string[] Lines =
    [
        "\n", "{\n", "    }\n", "    return values.Length > 0 ? values[0] : default;\n", "    private readonly List<int> _tokens = [];\n",
        "    // What comes first is what changes least.\n", "def parse(text: str) -> list[int]:\n", "    for line in text.splitlines():\n",
        "        result.append(int(line, 16))\n", "export function format(value: string, width = 80): string {\n", "        const name = 'été';\n",
    ];

    private LlamaVocabulary Vocabulary => embedded.Model.Vocabulary;

    private TextWindow Window => new(new(Vocabulary));

    [Fact]
    public void A_prefix_is_whole_or_begins_with_a_line_and_ends_at_the_cursor() =>
        Gen.Select(Gen.String[Gen.Char[Pieces], 0, 1500], Gen.Int[20, 300]).Sample((text, room) =>
        {
            int[] tokens = Window.End(text.AsMemory(), room, room);
            string kept = Vocabulary.Decode(tokens);

            Assert.InRange(tokens.Length, 0, room);
            Assert.EndsWith(kept, text, StringComparison.Ordinal);

            // A line that is longer than all the room begins where it can; the cursor may stand behind its end.
            Assert.True(kept.Length == text.Length || text[..^kept.Length].EndsWith('\n') || kept.TrimEnd('\n').LastIndexOf('\n') < 0, $"'{kept}'");
        }, iter: 300);

    [Fact]
    public void While_typing_a_cut_only_moves_on_and_seldom() =>
        Gen.Select(Gen.Int[0, Lines.Length - 1].Select(line => Lines[line]).Array[50, 70], Gen.Int[100, 200]).Sample((lines, room) =>
        {
            string text = string.Concat(lines);

            // A step is `room` characters; each may move the cut to itself, where a line is long, and then to the next line's start.
            Assert.InRange(CutsWhileTyping(text, 400, room), 0, 2 * (((text.Length - 400) / room) + 2));
        }, iter: 20);

    [Fact]
    public void A_line_longer_than_the_room_keeps_its_end()
    {
        string text = "short\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i},"));

        int[] tokens = Window.End(text.AsMemory(), 100, 100);

        Assert.InRange(tokens.Length, 20, 100);
        Assert.EndsWith(Vocabulary.Decode(tokens), text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_suffix_fills_its_room_from_the_cursor_on()
    {
        string text = string.Concat(Enumerable.Range(0, 500).Select(i => $"    int value{i};\r\n"));

        int[] tokens = Window.Start(text.AsMemory(), 80);

        Assert.Equal(80, tokens.Length);
        Assert.StartsWith(Vocabulary.Decode(tokens), text.Replace("\r\n", "\n", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_fits_into_no_room()
    {
        Assert.Empty(Window.End("abc".AsMemory(), 0, 10));
        Assert.Empty(Window.Start("abc".AsMemory(), -1));
        Assert.Empty(Window.End("".AsMemory(), 10, 10));
    }

    /// <summary>How often the start of the kept text moved while the text was typed from a length on.</summary>
    private int CutsWhileTyping(string text, int from, int room)
    {
        TextWindow window = Window;
        int start = 0;
        int moves = 0;
        for (int length = from; length <= text.Length; length++)
        {
            int begins = length - Vocabulary.Decode(window.End(text.AsMemory(0, length), room, room)).Length;
            Assert.True(begins >= start, $"went back from {start} to {begins} at {length}");
            moves += begins > start ? 1 : 0;
            start = begins;
        }

        return moves;
    }
}
