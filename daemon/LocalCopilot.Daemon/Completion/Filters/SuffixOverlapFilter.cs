namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Takes off the suggestion's end what stands after the cursor on its line already.</summary>
internal sealed class SuffixOverlapFilter : ISuggestionFilter
{
    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        ReadOnlySpan<char> rest = place.LineAfter.AsSpan().TrimEnd();
        ReadOnlySpan<char> text = suggestion.Text;

        // The longest end of the text that the rest begins with.
        for (int length = Math.Min(rest.Length, text.Length); length > 0; length--)
        {
            if (text[^length..].SequenceEqual(rest[..length])
                && HasWord(rest[..length])
                && IsBoundary(text, text.Length - length)
                && IsBoundary(rest, length))
            {
                return suggestion with { Text = text[..^length].ToString() };
            }
        }

        // Brackets alone say little: ClosingBracketsFilter looks at what they close.
        return suggestion;
    }

    /// <summary>Whether no word is cut there: `data` does not end with what `a + b` begins with.</summary>
    private static bool IsBoundary(ReadOnlySpan<char> text, int at) => at == 0 || at == text.Length || !IsWord(text[at - 1]) || !IsWord(text[at]);

    private static bool HasWord(ReadOnlySpan<char> text)
    {
        foreach (char character in text)
        {
            if (char.IsLetterOrDigit(character))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';
}
