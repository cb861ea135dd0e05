namespace LocalCopilot.Daemon.Completion;

/// <summary>Decides before decoding whether a suggestion is one line or a block, from where the cursor is.</summary>
internal static class LineMode
{
    /// <summary>Ends of lines that open a block.</summary>
    private static readonly string[] Openers = ["{", ":", "=>", "->", "(", "["];

    public static bool IsSingleLine(CursorPlace place)
    {
        // Something follows on the line: the suggestion goes in between.
        if (!string.IsNullOrWhiteSpace(place.LineAfter))
        {
            return true;
        }

        if (!string.IsNullOrWhiteSpace(place.LineBefore))
        {
            return !OpensBlock(place.LineBefore);
        }

        // An empty line: a block where one was just opened, else the next statement.
        return place.Prefix.Length > 0 && !OpensBlock(place.PreviousLine);
    }

    public static bool OpensBlock(string line)
    {
        ReadOnlySpan<char> end = line.AsSpan().TrimEnd();
        foreach (string opener in Openers)
        {
            if (end.EndsWith(opener))
            {
                return true;
            }
        }

        return false;
    }
}
