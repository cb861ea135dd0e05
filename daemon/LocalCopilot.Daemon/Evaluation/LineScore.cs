namespace LocalCopilot.Daemon.Evaluation;

/// <summary>What a completion is worth against what was really written; blanks around both do not count.</summary>
/// <param name="Similarity">0..1, see <see cref="EditSimilarity"/>.</param>
internal readonly record struct LineScore(bool ExactMatch, double Similarity)
{
    /// <summary>Only the first line of the completion counts.</summary>
    public static LineScore Of(string completion, string expected) => Compare(completion.TrimStart('\r', '\n').Split('\n')[0].Trim(), expected);

    /// <summary>All lines count, without the blanks at their ends.</summary>
    public static LineScore OfBlock(string completion, string expected) => Compare(WithoutLineEnds(completion), WithoutLineEnds(expected));

    private static LineScore Compare(string completion, string expected) => new(completion == expected, EditSimilarity.Of(completion, expected));

    private static string WithoutLineEnds(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd())).Trim();
}
