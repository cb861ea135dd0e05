namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>What a text closes that was opened before it. Knows brackets and quotes, not languages.</summary>
internal static class UnmatchedBrackets
{
    /// <summary>Brackets and quotes that the text closes and did not open, and the separators behind them, in their order.</summary>
    /// <param name="lineBefore">The line up to the text: it may leave a quote open.</param>
    public static string In(ReadOnlySpan<char> lineBefore, ReadOnlySpan<char> text)
    {
        List<char> unmatched = [];
        int open = 0;
        char quote = OpenQuote(lineBefore);
        bool openedHere = false;
        ReadOnlySpan<char> trimmed = text.TrimEnd();
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (quote != '\0')
            {
                if (character == quote)
                {
                    if (!openedHere)
                    {
                        unmatched.Add(character);
                    }

                    quote = '\0';
                }
            }
            else if (character is '"' or '\'' or '`')
            {
                (quote, openedHere) = (character, true);
            }
            else if (character is '(' or '[' or '{')
            {
                open++;
            }
            else if (character is ')' or ']' or '}')
            {
                if (open > 0)
                {
                    open--;
                }
                else
                {
                    unmatched.Add(character);
                }
            }
            else if (character is ';' or ',' && open == 0 && (unmatched.Count > 0 || i == trimmed.Length - 1))
            {
                // Between arguments a comma is one of the text's own.
                unmatched.Add(character);
            }
        }

        return new([.. unmatched]);
    }

    /// <summary>How many characters at the start of <paramref name="rest"/> the unmatched ones stand for.</summary>
    public static int CountClosed(ReadOnlySpan<char> unmatched, ReadOnlySpan<char> rest)
    {
        int closed = 0;
        foreach (char closer in rest)
        {
            int at = unmatched.IndexOf(closer);
            if (at < 0)
            {
                break;
            }

            unmatched = unmatched[(at + 1)..];
            closed++;
        }

        return closed;
    }

    /// <summary>The quote that the line leaves open; NUL where none is.</summary>
    private static char OpenQuote(ReadOnlySpan<char> line)
    {
        char quote = '\0';
        foreach (char character in line)
        {
            quote = quote == '\0' ? (character is '"' or '\'' or '`' ? character : '\0') : (character == quote ? '\0' : quote);
        }

        return quote;
    }
}
