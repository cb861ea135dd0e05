using System.Buffers;

namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>
/// Balances brackets against the line's rest. Editors close brackets by themselves: where the suggestion closes one that also
/// stands after the cursor, it takes that one's place.
/// </summary>
internal sealed class ClosingBracketsFilter : ISuggestionFilter
{
    private static readonly SearchValues<char> Closers = SearchValues.Create(")]}>\"'`;,");

    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        ReadOnlySpan<char> rest = place.LineAfter.AsSpan().TrimEnd();
        return rest.IsEmpty || rest.ContainsAnyExcept(Closers)
            ? suggestion
            : suggestion with { ReplacedLength = UnmatchedBrackets.CountClosed(UnmatchedBrackets.In(place.LineBefore, suggestion.Text), rest) };
    }
}
