using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Picks places to complete in a repository's working tree, the same ones for the same seed.</summary>
internal static class LinePositions
{
    private const int MaxFileBytes = 200_000;
    private const int LeastExpected = 4;
    private const int LeastLine = 10;
    private const int LongestLine = 160;
    private const int PlacesPerFile = 4;

    private static readonly string[] Trivial =
    [
        "//", "#", "*", "/*", "\"\"\"", "'''", "using ", "import ", "from ", "export * ", "export {", "namespace ", "package ", "@", "<", "--",
    ];

    /// <param name="root">Root of the repository.</param>
    /// <param name="count">Places wanted; there may be fewer.</param>
    /// <exception cref="LibGit2Sharp.LibGit2SharpException">The repository is damaged.</exception>
    public static IReadOnlyList<LinePosition> Pick(string root, int count, int seed)
    {
        Random random = new(seed);
        string[] files = [.. RepositoryFiles.List(root, RepositorySettings.Load(root)).Order(StringComparer.Ordinal)];
        random.Shuffle(files);
        List<LinePosition> positions = [];
        while (positions.Count < count)
        {
            int before = positions.Count;
            foreach (string file in files)
            {
                if (positions.Count == count)
                {
                    break;
                }

                if (SourceText.TryRead(System.IO.Path.Combine(root, file), MaxFileBytes) is { } text && !GeneratedFiles.IsGeneratedText(text))
                {
                    positions.AddRange(PickIn(file, text, Math.Min(PlacesPerFile, count - positions.Count), random));
                }
            }

            // Few files: more places in each; none at all: there is nothing to pick.
            if (positions.Count == before)
            {
                break;
            }
        }

        return positions;
    }

    private static IEnumerable<LinePosition> PickIn(string path, string text, int count, Random random)
    {
        string[] lines = text.Split('\n');
        int[] worthwhile = [.. Enumerable.Range(0, lines.Length).Where(line => IsWorthwhile(lines[line]))];
        random.Shuffle(worthwhile);
        foreach (int line in worthwhile.Take(count))
        {
            string content = lines[line].TrimEnd('\r');
            int[] cuts = [.. Cuts(content)];
            if (cuts.Length > 0)
            {
                int cut = cuts[random.Next(cuts.Length)];
                string rest = content[cut..];
                int offset = lines.Take(line).Sum(above => above.Length + 1) + cut;
                yield return new(path, text.Remove(offset, rest.Length), line, cut, rest.Trim());
            }
        }
    }

    private static bool IsWorthwhile(string line)
    {
        string content = line.Trim();
        return content.Length is >= LeastLine and <= LongestLine && content.Any(char.IsLetter) && !Array.Exists(Trivial, start => content.StartsWith(start, StringComparison.Ordinal));
    }

    /// <summary>Where somebody may stop typing: at the line's content, and after what separates words.</summary>
    private static IEnumerable<int> Cuts(string line)
    {
        int start = line.Length - line.AsSpan().TrimStart().Length;
        yield return start;
        for (int i = start + 1; i < line.Length; i++)
        {
            if (line[i - 1] is ' ' or '(' or '.' or '=' or ',' or '[' or '{' or ':' && line[i..].Count(character => !char.IsWhiteSpace(character)) >= LeastExpected)
            {
                yield return i;
            }
        }
    }
}
