using CsCheck;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Tests.Samples;

public class MiddlePickerTests
{
    private const string Python = """
        import os

        class Shop:
            def total(self, orders):
                first = self.first(orders)
                # What follows is a comment.
                values = combine(
                    first.price,
                    orders,
                )
                return sum(values) + first.shipping

            def name(self):
                return self.title.strip()
        """;

    private static readonly Gen<AddedLines[]> Ranges = Gen.Select(Gen.Int[0, 13], Gen.Int[1, 13], (start, count) => new AddedLines(start, Math.Min(count, 14 - start))).Array[1, 1];

    /// <summary>Whatever is drawn: within the lines given, whole at its end, and of its kind.</summary>
    [Fact]
    public void Middles_lie_within_the_lines_and_end_as_completions_do() =>
        Gen.Select(Ranges, Gen.Int, Gen.Double[0.1, 1]).Sample((ranges, seed, share) =>
        {
            CodeText code = new(Python);
            foreach (Middle middle in MiddlePicker.Pick("shop.py", code, ranges, share, 100, new(seed)))
            {
                string text = Python.Substring(middle.Start, middle.Length);
                int first = code.LineOf(middle.Start);
                int last = code.LineOf(middle.End);
                // Behind its opener, a block begins with the opener's line end.
                Assert.Contains(ranges, range => (text[0] == '\n' ? first + 1 : first) >= range.Start && last < range.End);
                Assert.Equal(code.EndOf(last), middle.End);
                Assert.False(char.IsWhiteSpace(text[^1]));
                Assert.Equal(middle.Kind == MiddleKind.RestOfLine, first == last);
                Assert.DoesNotContain(code.Lines[text[0] == '\n' ? first + 1 : first].TrimStart()[..1], "#");
            }
        });

    [Fact]
    public void All_kinds_are_made()
    {
        CodeText code = new(Python);
        string[] texts =
        [
            .. Enumerable.Range(0, 200)
                .SelectMany(seed => MiddlePicker.Pick("shop.py", code, [new(0, 14)], 1, 100, new(seed)))
                .Select(middle => $"{middle.Kind}: {Python.Substring(middle.Start, middle.Length)}"),
        ];

        Assert.Contains("RestOfLine: first = self.first(orders)", texts);
        Assert.Contains("RestOfLine: sum(values) + first.shipping", texts);
        Assert.Contains("Statement: combine(\n            first.price,\n            orders,\n        )", texts);
        Assert.Contains("Block: return self.title.strip()", texts.Select(text => text.Replace("RestOfLine", "Block", StringComparison.Ordinal)));
        Assert.Contains(texts, text => text.StartsWith("Block: first = self.first", StringComparison.Ordinal) && text.EndsWith("first.shipping", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.StartsWith("Block: \n        first = self.first", StringComparison.Ordinal));
        Assert.DoesNotContain(texts, text => text.Contains("import", StringComparison.Ordinal));
    }

    [Fact]
    public void A_block_of_which_a_line_was_there_before_is_none()
    {
        CodeText code = new(Python);
        AddedLines[] withoutTheLast = [new(4, 6)];

        Assert.DoesNotContain(Enumerable.Range(0, 100).SelectMany(seed => MiddlePicker.Pick("shop.py", code, withoutTheLast, 1, 100, new(seed))), middle => middle.Kind == MiddleKind.Block);
    }

    [Theory]
    [InlineData(0.5, 100, 5)]
    [InlineData(1, 100, 9)]
    [InlineData(1, 3, 3)]
    public void As_many_lines_as_wanted_begin_one(double share, int most, int expected)
    {
        CodeText code = new(string.Concat(Enumerable.Range(0, 9).Select(i => $"value_{i} = compute({i})\n")));

        Assert.Equal(expected, MiddlePicker.Pick("a.py", code, [new(0, 9)], share, most, new(1)).Count);
    }
}
