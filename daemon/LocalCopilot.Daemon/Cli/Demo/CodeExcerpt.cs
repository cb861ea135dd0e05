using LocalCopilot.Daemon.Evaluation;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>The code around a place of a demo, as plain lines of limited width.</summary>
internal sealed class CodeExcerpt
{
    private const int LinesAbove = 3;
    private const int LinesBelow = 1;
    private const int TabWidth = 4;

    /// <summary>Of a long line before the cursor, this much is shown at least.</summary>
    private const int LeastBefore = 20;

    private readonly int _width;
    private readonly int _indentation;

    /// <param name="width">Columns for code.</param>
    public CodeExcerpt(LinePosition position, int width)
    {
        _width = width;
        string[] lines = [.. position.Text.Split('\n').Select(Visible)];
        int first = Math.Max(0, position.Line - LinesAbove);
        while (first < position.Line && lines[first].Length == 0)
        {
            first++;
        }

        int last = position.Line;
        while (last + 1 < lines.Length && last < position.Line + LinesBelow && lines[last + 1].Length > 0)
        {
            last++;
        }

        string before = Visible(position.Text.Split('\n')[position.Line][..position.Character], trim: false);
        _indentation = Enumerable.Range(first, last - first + 1).Where(line => line != position.Line && lines[line].Length > 0).Select(line => IndentationOf(lines[line]))
            .Append(IndentationOf(before + "x")).Min();
        Above = [.. Enumerable.Range(first, position.Line - first).Select(line => (line + 1, Fit(lines[line])))];
        Below = [.. Enumerable.Range(position.Line + 1, last - position.Line).Select(line => (line + 1, Fit(lines[line])))];
        Number = position.Line + 1;
        string shown = before[_indentation..];
        int most = Math.Max(LeastBefore, width / 2);
        Before = shown.Length > most ? "…" + shown[^(most - 1)..] : shown;
    }

    public IReadOnlyList<(int Number, string Text)> Above { get; }

    /// <summary>Of the line with the cursor, counted from 1.</summary>
    public int Number { get; }

    /// <summary>What stands before the cursor on its line.</summary>
    public string Before { get; }

    public IReadOnlyList<(int Number, string Text)> Below { get; }

    /// <summary>The lines of a text at the cursor: the first goes after <see cref="Before"/>, the others are whole lines.</summary>
    public IReadOnlyList<string> At(string text)
    {
        string[] lines = text.Split('\n');
        return [Cut(Visible(lines[0]), _width - Before.Length - 1), .. lines.Skip(1).Select(line => Fit(Visible(line)))];
    }

    private string Fit(string line) => Cut(line.Length > _indentation ? line[Math.Min(_indentation, IndentationOf(line))..] : line.TrimStart(), _width);

    private static string Cut(string line, int width) => line.Length > width ? line[..Math.Max(0, width - 1)] + "…" : line;

    private static int IndentationOf(string line) => line.Length - line.AsSpan().TrimStart().Length;

    /// <summary>With tabs as blanks, and without what would move the terminal's cursor.</summary>
    private static string Visible(string line, bool trim = true)
    {
        string visible = string.Concat(line.TrimEnd('\r').Replace("\t", new string(' ', TabWidth), StringComparison.Ordinal).Select(character => char.IsControl(character) ? '?' : character));
        return trim ? visible.TrimEnd() : visible;
    }

    private static string Visible(string line) => Visible(line, trim: true);
}
