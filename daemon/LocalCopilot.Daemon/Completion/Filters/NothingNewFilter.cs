namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Drops what adds nothing: blanks, or a line that is the next line already.</summary>
internal sealed class NothingNewFilter : ISuggestionFilter
{
    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        ReadOnlySpan<char> text = suggestion.Text.AsSpan().Trim();
        bool isNext = string.IsNullOrWhiteSpace(place.LineBefore) && text.Length > 1 && text.SequenceEqual(place.NextLine.AsSpan().Trim());
        return text.IsEmpty || isNext ? null : suggestion;
    }
}
