namespace LocalCopilot.Daemon.Completion;

/// <summary>Decides before decoding whether a suggestion is one line or a block, from where the cursor is.</summary>
internal static class LineMode
{
    /// <summary>Words that begin a line which a colon ends and a block follows.</summary>
    private static readonly string[] ColonWords =
    [
        "def", "class", "if", "elif", "else", "for", "while", "try", "except", "finally", "with", "match", "case", "default", "async",
    ];

    public static bool IsSingleLine(CursorPlace place)
    {
        // Something follows on the line: the suggestion goes in between.
        if (!string.IsNullOrWhiteSpace(place.LineAfter))
        {
            return true;
        }

        // An empty line: a block where one was just opened, else the next statement.
        return string.IsNullOrWhiteSpace(place.LineBefore)
            ? place.PreviousLine.Length > 0 && !OpensBlock(place.PreviousLine)
            : !OpensBlock(place.LineBefore);
    }

    public static bool OpensBlock(string line)
    {
        ReadOnlySpan<char> content = line.AsSpan().Trim();
        return content.EndsWith("{") || (content.EndsWith(":") && Array.Exists(ColonWords, BeginsWith(content.ToString())));
    }

    private static Predicate<string> BeginsWith(string content) =>
        word => content.StartsWith(word, StringComparison.Ordinal) && (content.Length == word.Length || !char.IsLetterOrDigit(content[word.Length]));
}
