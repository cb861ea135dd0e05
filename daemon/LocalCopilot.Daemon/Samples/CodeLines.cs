namespace LocalCopilot.Daemon.Samples;

/// <summary>Which lines of a source file hold code that is worth completing: no comments, also at their ends, imports, attributes, lone brackets or very long lines.</summary>
internal static class CodeLines
{
    private const int LeastContent = 8;
    private const int LongestLine = 160;

    private static readonly string[] TrivialStarts =
    [
        "//", "#", "*", "--", "@", "<", "using ", "import ", "from ", "export * ", "export {", "namespace ", "package ", "'use strict'", "\"use strict\"",
    ];

    /// <param name="path">Its extension says how comments look.</param>
    /// <param name="lines">Without line feeds.</param>
    /// <returns>Indexes of the lines.</returns>
    public static IEnumerable<int> WorthCompleting(string path, IReadOnlyList<string> lines)
    {
        string[] quotes = Path.GetExtension(path) is ".py" or ".pyi" ? ["\"\"\"", "'''"] : [];
        string? endsAt = null;
        for (int i = 0; i < lines.Count; i++)
        {
            string content = lines[i].Trim();
            if (endsAt is not null)
            {
                endsAt = content.Contains(endsAt, StringComparison.Ordinal) ? null : endsAt;
                continue;
            }

            // A line that begins a comment or text of several lines would no longer begin it when cut.
            bool begins = false;
            if (quotes.Length > 0)
            {
                foreach (string quote in quotes)
                {
                    if (CountOf(content, quote) % 2 == 1)
                    {
                        endsAt = quote;
                        begins = true;
                    }
                }

                begins |= quotes.Any(quote => content.StartsWith(quote, StringComparison.Ordinal));
            }
            else if (content.LastIndexOf("/*", StringComparison.Ordinal) is >= 0 and var open && content.IndexOf("*/", open, StringComparison.Ordinal) < 0 && !InString(content, open))
            {
                endsAt = "*/";
                begins = true;
            }

            if (!begins && IsWorthCompleting(content, lines[i]) && !(path.EndsWith(".cs", StringComparison.Ordinal) && content.StartsWith('[')))
            {
                yield return i;
            }
        }
    }

    private static bool IsWorthCompleting(string content, string line) =>
        content.Length >= LeastContent
        && line.Length <= LongestLine
        && content.Count(char.IsLetterOrDigit) >= 4
        && !content.StartsWith("/*", StringComparison.Ordinal)
        && !content.Contains("= require(", StringComparison.Ordinal)
        && !content.Contains(" // ", StringComparison.Ordinal)
        && !content.Contains("  # ", StringComparison.Ordinal)
        && !Array.Exists(TrivialStarts, start => content.StartsWith(start, StringComparison.Ordinal));

    private static int CountOf(string text, string part)
    {
        int count = 0;
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    /// <summary>Whether a place in a line lies between quotes, as in <c>glob("src/*.ts")</c>.</summary>
    private static bool InString(string content, int place)
    {
        char quote = '\0';
        for (int i = 0; i < place; i++)
        {
            if (quote == '\0' && content[i] is '"' or '\'' or '`')
            {
                quote = content[i];
            }
            else if (content[i] == quote && content[i - 1] != '\\')
            {
                quote = '\0';
            }
        }

        return quote != '\0';
    }
}
