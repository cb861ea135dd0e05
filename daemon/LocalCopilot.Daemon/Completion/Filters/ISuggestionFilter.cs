namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Corrects or drops a suggestion after decoding.</summary>
internal interface ISuggestionFilter
{
    /// <returns>The suggestion, corrected where that is needed; null: it is not worth showing.</returns>
    Suggestion? Apply(Suggestion suggestion, CursorPlace place);
}

/// <summary>All filters, in their order.</summary>
internal static class SuggestionFilters
{
    private static readonly ISuggestionFilter[] InOrder =
    [
        new RepetitionFilter(),
        new FollowingLinesFilter(),
        new SuffixOverlapFilter(),
        new ClosingBracketsFilter(),
        new IndentationFilter(),
        new TrailingBlanksFilter(),
        new NothingNewFilter(),
    ];

    /// <param name="text">As generated; the suggestion's lines end with LF, whatever the model wrote.</param>
    public static Suggestion? Apply(string text, CursorPlace place)
    {
        Suggestion? suggestion = new Suggestion(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'));
        foreach (ISuggestionFilter filter in InOrder)
        {
            if (suggestion is null)
            {
                break;
            }

            suggestion = filter.Apply(suggestion.Value, place);
        }

        return suggestion;
    }
}
