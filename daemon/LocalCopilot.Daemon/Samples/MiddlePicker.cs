using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Chooses the parts of a file that are learned to be completed, within lines that are new, shaped as completions are.</summary>
internal static class MiddlePicker
{
    /// <summary>Lines of a block or a statement.</summary>
    private const int MostLines = 12;

    /// <summary>Of lines that begin a block or a statement of several lines, the share that is taken as such.</summary>
    private const double ManyLinesShare = 0.5;

    /// <summary>Of blocks, the share that begins behind the line that opens them, where Enter was not pressed yet.</summary>
    private const double BehindOpenerShare = 0.3;

    /// <param name="path">Its extension says how comments look.</param>
    /// <param name="within">Lines that middles may be made of.</param>
    /// <param name="share">Share of the lines worth completing that a middle begins on, 0..1.</param>
    /// <param name="most">Middles, at most.</param>
    /// <returns>In the order of the text; they may overlap.</returns>
    public static IReadOnlyList<Middle> Pick(string path, CodeText code, IReadOnlyList<AddedLines> within, double share, int most, Random random)
    {
        HashSet<int> worthwhile = [.. CodeLines.WorthCompleting(path, code.Lines)];
        List<(int Line, AddedLines Range)> candidates = [];
        foreach (AddedLines range in within)
        {
            int[] lines = [.. Enumerable.Range(range.Start, range.Count).Where(worthwhile.Contains)];
            random.Shuffle(lines);
            candidates.AddRange(lines.Take((int)Math.Ceiling(lines.Length * share)).Select(line => (line, range)));
        }

        if (candidates.Count > most)
        {
            var some = candidates.ToArray();
            random.Shuffle(some);
            candidates = [.. some.Take(most)];
        }

        return [.. candidates.OrderBy(candidate => candidate.Line).Select(candidate => At(code, candidate.Line, candidate.Range, random)).OfType<Middle>().Distinct()];
    }

    private static Middle? At(CodeText code, int line, AddedLines range, Random random)
    {
        string content = code.Lines[line];
        bool manyLines = random.NextDouble() < ManyLinesShare;
        int[] cuts = [.. CutPlaces.In(content.TrimEnd())];
        if (cuts.Length == 0)
        {
            return null;
        }

        if (manyLines && code.EndOfBlock(line) is { } blockEnd && blockEnd > line && blockEnd < range.End && blockEnd - line < MostLines)
        {
            bool behindOpener = random.NextDouble() < BehindOpenerShare && line > 0 && LineMode.OpensBlock(code.Lines[line - 1]);
            return Between(behindOpener ? code.EndOf(line - 1) : code.StartOf(line) + cuts[0], code.EndOf(blockEnd), MiddleKind.Block);
        }

        int start = code.StartOf(line) + cuts[random.Next(cuts.Length)];
        if (manyLines && code.EndOfStatement(line, MostLines) is { } statementEnd && statementEnd < range.End)
        {
            return Between(start, code.EndOf(statementEnd), MiddleKind.Statement);
        }

        return Between(start, code.EndOf(line), MiddleKind.RestOfLine);
    }

    private static Middle Between(int start, int end, MiddleKind kind) => new(start, end - start, kind);
}
