using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Picks places to complete in a repository's working tree, the same ones for the same seed.</summary>
internal static class LinePositions
{
    private const int MaxFileBytes = 200_000;

    /// <param name="root">Root of the repository.</param>
    /// <param name="count">Places wanted; there may be fewer. They are spread over the files: each file is used again only when all were.</param>
    /// <param name="newer">The lines to pick from; null: all.</param>
    /// <exception cref="LibGit2Sharp.LibGit2SharpException">The repository is damaged.</exception>
    public static IReadOnlyList<LinePosition> Pick(string root, int count, int seed, NewerLines? newer = null) => Pick(root, count, seed, newer, Places);

    /// <param name="places">All places of a file, each made only when it is taken: by its path, its text, the lines to pick from and chance.</param>
    internal static IReadOnlyList<LinePosition> Pick(string root, int count, int seed, NewerLines? newer, Func<string, string, IReadOnlySet<int>?, Random, IEnumerable<Func<LinePosition?>>> places)
    {
        Random random = new(seed);
        string[] paths = [.. RepositoryFiles.List(root, RepositorySettings.Load(root)).Where(path => newer?.IsChanged(path) != false).Order(StringComparer.Ordinal)];
        random.Shuffle(paths);
        List<LinePosition> positions = [];
        List<Queue<Func<LinePosition?>>> files = [];
        foreach (string path in paths)
        {
            if (positions.Count == count)
            {
                return positions;
            }

            if (SourceText.TryRead(Path.Combine(root, path), MaxFileBytes) is { } text && !GeneratedFiles.IsGeneratedText(text))
            {
                Queue<Func<LinePosition?>> file = new(places(path, text, newer?.Of(path, text), random));
                files.Add(file);
                TakeOne(file, positions);
            }
        }

        while (positions.Count < count && files.RemoveAll(file => file.Count == 0) is var _ && files.Count > 0)
        {
            foreach (Queue<Func<LinePosition?>> file in files)
            {
                if (positions.Count < count)
                {
                    TakeOne(file, positions);
                }
            }
        }

        return positions;
    }

    private static void TakeOne(Queue<Func<LinePosition?>> file, List<LinePosition> positions)
    {
        while (file.TryDequeue(out Func<LinePosition?>? place))
        {
            if (place() is { } position)
            {
                positions.Add(position);
                return;
            }
        }
    }

    private static IEnumerable<Func<LinePosition?>> Places(string path, string text, IReadOnlySet<int>? among, Random random)
    {
        string[] lines = text.Split('\n');
        int[] worthwhile = [.. CodeLines.WorthCompleting(path, lines).Where(line => among?.Contains(line) != false)];
        random.Shuffle(worthwhile);
        return worthwhile.Select<int, Func<LinePosition?>>(line => () =>
        {
            string content = lines[line].TrimEnd('\r');
            int[] cuts = [.. CutPlaces.In(content)];
            if (cuts.Length == 0)
            {
                return null;
            }

            int cut = cuts[random.Next(cuts.Length)];
            int offset = lines.Take(line).Sum(above => above.Length + 1) + cut;
            return new(path, text.Remove(offset, content.Length - cut), line, cut, content[cut..].Trim());
        });
    }
}
