namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Takes off the suggestion's end what stands after the cursor already.</summary>
internal sealed class SuffixOverlapFilter : ISuggestionFilter
{
    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        ReadOnlySpan<char> rest = place.LineAfter.AsSpan().TrimEnd();
        string text = suggestion.Text;
        if (!HasWord(rest))
        {
            // Brackets alone say little: ClosingBracketsFilter looks at what they close.
            return suggestion;
        }

        // One line in front of text: the longest end of it that the text begins with.
        for (int length = Math.Min(rest.Length, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(rest[..length]) && HasWord(rest[..length]))
            {
                return suggestion with { Text = text[..^length] };
            }
        }

        return suggestion;
    }

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
}
