namespace LocalCopilot.Daemon.Evaluation;

/// <summary>A place in a real file where the rest of the line was taken away.</summary>
/// <param name="Path">Relative to the repository's root, with forward slashes.</param>
/// <param name="Text">The file without the rest of the line.</param>
/// <param name="Line">Zero-based.</param>
/// <param name="Character">UTF-16 units.</param>
/// <param name="Expected">What was really there, without blanks around it.</param>
internal sealed record LinePosition(string Path, string Text, int Line, int Character, string Expected);

/// <summary>What a completion is worth against what was really written; blanks around both do not count.</summary>
/// <param name="Similarity">0..1, see <see cref="EditSimilarity"/>.</param>
internal readonly record struct LineScore(bool ExactMatch, double Similarity)
{
    public static LineScore Of(string completion, string expected)
    {
        string first = completion.TrimStart('\r', '\n').Split('\n')[0].Trim();
        return new(first == expected, EditSimilarity.Of(first, expected));
    }
}
