using System.Buffers;

namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>
/// Balances brackets against the line's rest. Editors close brackets by themselves: where the suggestion closes one that also
/// stands after the cursor, and goes on, it takes that one's place.
/// </summary>
internal sealed class ClosingBracketsFilter : ISuggestionFilter
{
    private static readonly SearchValues<char> Closers = SearchValues.Create(")]}>\"'`;,");

    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        ReadOnlySpan<char> rest = place.LineAfter.AsSpan().TrimEnd();
        if (rest.IsEmpty || rest.ContainsAnyExcept(Closers))
        {
            return suggestion;
        }

        ReadOnlySpan<char> unmatched = Unmatched(place.LineBefore, suggestion.Text);
        int replaced = 0;
        foreach (char closer in rest)
        {
            int at = unmatched.IndexOf(closer);
            if (at < 0)
            {
                break;
            }

            unmatched = unmatched[(at + 1)..];
            replaced++;
        }

        return suggestion with { ReplacedLength = replaced };
    }

    /// <summary>Brackets and quotes that the text closes and did not open, and what may follow them.</summary>
    private static string Unmatched(string lineBefore, string text)
    {
        List<char> unmatched = [];
        Stack<char> open = [];
        char quote = OpenQuote(lineBefore);
        bool opened = false;
        foreach (char character in text)
        {
            if (quote != '\0')
            {
                if (character == quote)
                {
                    if (!opened)
                    {
                        unmatched.Add(character);
                    }

                    quote = '\0';
                }
            }
            else if (character is '"' or '\'' or '`')
            {
                (quote, opened) = (character, true);
            }
            else if (character is '(' or '[' or '{')
            {
                open.Push(character);
            }
            else if ((character is ')' or ']' or '}' && !open.TryPop(out _)) || (character is ';' or ',' && unmatched.Count > 0))
            {
                unmatched.Add(character);
            }
        }

        return new([.. unmatched]);
    }

    /// <summary>The quote that the line leaves open; NUL where none is.</summary>
    private static char OpenQuote(string line)
    {
        char quote = '\0';
        foreach (char character in line)
        {
            quote = quote == '\0' ? (character is '"' or '\'' or '`' ? character : '\0') : (character == quote ? '\0' : quote);
        }

        return quote;
    }
}
