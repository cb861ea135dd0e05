using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Picks blocks to complete in a repository's working tree, the same ones for the same seed: what is indented below a line that opens it.</summary>
internal static class BlockPositions
{
    private const int MostLines = 12;

    /// <summary>As <see cref="LinePositions.Pick(string, int, int, NewerLines)"/>; the cursor is at the first line of the block, after its indentation.</summary>
    /// <exception cref="LibGit2Sharp.LibGit2SharpException">The repository is damaged.</exception>
    public static IReadOnlyList<LinePosition> Pick(string root, int count, int seed, NewerLines? newer = null) => LinePositions.Pick(root, count, seed, newer, Places);

    private static IEnumerable<Func<LinePosition?>> Places(string path, string text, IReadOnlySet<int>? among, Random random)
    {
        string[] lines = text.Split('\n');
        int[] first = [.. CodeLines.WorthCompleting(path, lines).Where(line => line > 0 && among?.Contains(line) != false && Opens(lines, line))];
        random.Shuffle(first);
        return first.Select<int, Func<LinePosition?>>(line => () => At(path, text, lines, among, line));
    }

    private static bool Opens(string[] lines, int line)
    {
        string above = lines[line - 1].TrimEnd();
        return above.Length > 0 && above[^1] is '{' or ':' && Indentation(lines[line]) > Indentation(above);
    }

    private static LinePosition? At(string path, string text, string[] lines, IReadOnlySet<int>? among, int first)
    {
        int indentation = Indentation(lines[first]);
        int last = first;
        for (int line = first + 1; line < lines.Length && (string.IsNullOrWhiteSpace(lines[line]) || Indentation(lines[line]) >= indentation); line++)
        {
            last = string.IsNullOrWhiteSpace(lines[line]) ? last : line;
        }

        if (last - first >= MostLines || Enumerable.Range(first, last - first + 1).Any(line => among?.Contains(line) == false && !string.IsNullOrWhiteSpace(lines[line])))
        {
            return null;
        }

        int offset = lines.Take(first).Sum(above => above.Length + 1) + indentation;
        int end = lines.Take(last).Sum(above => above.Length + 1) + lines[last].TrimEnd('\r').Length;
        return new(path, text.Remove(offset, end - offset), first, indentation, text[offset..end].Replace("\r\n", "\n", StringComparison.Ordinal).Trim());
    }

    private static int Indentation(string line) => line.Length - line.AsSpan().TrimStart().Length;
}
