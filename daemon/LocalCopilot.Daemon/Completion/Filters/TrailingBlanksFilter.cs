namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Takes blanks and line breaks off the end, and the blanks at the start that stand before the cursor already.</summary>
internal sealed class TrailingBlanksFilter : ISuggestionFilter
{
    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        string text = suggestion.Text.TrimEnd();
        bool onBlanks = place.LineBefore.AsSpan().EndsWith(" ") && !string.IsNullOrWhiteSpace(place.LineBefore);
        return suggestion with { Text = onBlanks ? text.TrimStart(' ') : text };
    }
}
