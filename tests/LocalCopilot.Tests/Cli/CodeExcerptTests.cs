using LocalCopilot.Daemon.Cli.Demo;
using LocalCopilot.Daemon.Evaluation;

namespace LocalCopilot.Tests.Cli;

public class CodeExcerptTests
{
    [Fact]
    public void Lines_around_the_cursor_lose_their_common_indentation()
    {
        CodeExcerpt excerpt = At("class A\n{\n    void B()\n    {\n        int c = ‸\n    }\n}\n", "1;");

        Assert.Equal([(2, "{"), (3, "    void B()"), (4, "    {")], excerpt.Above);
        Assert.Equal((5, "        int c = "), (excerpt.Number, excerpt.Before));
        Assert.Equal([(6, "    }")], excerpt.Below);
        excerpt = At("\n\n        a\n    \n        b = ‸\n\n", "1;");
        Assert.Equal([(3, "a"), (4, "")], excerpt.Above);
        Assert.Equal(("b = ", 0), (excerpt.Before, excerpt.Below.Count));
    }

    [Fact]
    public void The_first_line_of_a_file_has_nothing_above()
    {
        CodeExcerpt excerpt = At("‸", "a");

        Assert.Equal((1, "", 0, 0), (excerpt.Number, excerpt.Before, excerpt.Above.Count, excerpt.Below.Count));
    }

    [Fact]
    public void Long_lines_are_cut_and_nothing_moves_the_terminal_s_cursor()
    {
        CodeExcerpt excerpt = At(new string('a', 100) + "\n" + new string('b', 50) + "\u001b[2J\t‸\n" + new string('c', 100), new string('d', 100));

        Assert.All([excerpt.Above[0].Text, excerpt.Below[0].Text, excerpt.Before + excerpt.At(new string('d', 100))[0]], line =>
        {
            Assert.InRange(line.Length, 20, 40);
            Assert.Contains('…', line);
        });
        Assert.DoesNotContain(excerpt.Before, char.IsControl);
        Assert.EndsWith("?[2J    ", excerpt.Before, StringComparison.Ordinal);
    }

    [Fact]
    public void Further_lines_of_a_block_are_whole_lines()
    {
        CodeExcerpt excerpt = At("    if (a)\n        ‸\n", "b();\n        c();");

        Assert.Equal(["b();", "    c();"], excerpt.At("b();\n        c();"));
    }

    private static CodeExcerpt At(string marked, string expected)
    {
        int offset = marked.IndexOf('‸', StringComparison.Ordinal);
        string[] above = marked[..offset].Split('\n');
        return new(new LinePosition("a.cs", marked.Remove(offset, 1), above.Length - 1, above[^1].Length, expected), width: 40);
    }
}
