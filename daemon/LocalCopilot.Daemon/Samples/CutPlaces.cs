namespace LocalCopilot.Daemon.Samples;

/// <summary>Where in a line of code a completion is wanted.</summary>
internal static class CutPlaces
{
    private const int LeastExpected = 4;

    /// <summary>Words after which the rest of a statement is typed.</summary>
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "return", "await", "yield", "new", "throw", "raise", "in", "not", "and", "or", "is", "if", "elif", "while", "for", "foreach", "case", "def", "class", "var", "let", "const",
        "public", "private", "internal", "static", "async", "function", "export", "assert", "with", "as", "typeof", "extends", "implements", "func", "fn", "type", "else",
    };

    /// <summary>Where somebody may stop typing: before a line's content, after what opens or separates, and after a keyword.</summary>
    public static IEnumerable<int> In(string line)
    {
        int start = line.Length - line.AsSpan().TrimStart().Length;
        for (int cut = start; cut < line.Length; cut++)
        {
            if ((cut == start || IsBoundary(line, start, cut)) && line.AsSpan(cut).Trim().Length >= LeastExpected)
            {
                yield return cut;
            }
        }
    }

    private static bool IsBoundary(string line, int start, int cut)
    {
        if (line[cut - 1] is '(' or '[' or '.')
        {
            return true;
        }

        if (line[cut - 1] != ' ' || line[cut] == ' ')
        {
            return false;
        }

        ReadOnlySpan<char> before = line.AsSpan(start, cut - 1 - start).TrimEnd();
        if (before.Length == 0 || !char.IsAsciiLetter(before[^1]))
        {
            return before.Length > 0 && before[^1] is '=' or ',' or ':' or '{' or '(' or '[' or '+' or '-' or '*' or '/' or '%' or '<' or '>' or '&' or '|' or '?' or '!';
        }

        int word = before.Length;
        while (word > 0 && (char.IsAsciiLetterOrDigit(before[word - 1]) || before[word - 1] == '_'))
        {
            word--;
        }

        return Keywords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(before[word..]);
    }
}
