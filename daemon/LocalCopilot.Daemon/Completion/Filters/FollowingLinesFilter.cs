namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Takes the last lines off a suggestion where the same lines follow the cursor's: often the bracket that closes a block.</summary>
/// <remarks>Lines have to agree in their indentation too: a bracket further right closes something else.</remarks>
internal sealed class FollowingLinesFilter : ISuggestionFilter
{
    private const int MostLines = 8;

    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        string[] lines = suggestion.Text.TrimEnd().Split('\n');
        IReadOnlyList<string> following = lines.Length > 1 ? place.NextLines(MostLines) : [];

        // The first line goes on where the cursor is, so it is not compared.
        for (int count = Math.Min(following.Count, lines.Length - 1); count > 0; count--)
        {
            bool same = true;
            for (int i = 0; i < count && same; i++)
            {
                ReadOnlySpan<char> suggested = lines[lines.Length - count + i].AsSpan().TrimEnd();
                same = suggested.Trim().SequenceEqual(following[i].AsSpan().Trim()) && CursorPlace.IndentationOf(suggested) == CursorPlace.IndentationOf(following[i]);
            }

            if (same)
            {
                return suggestion with { Text = string.Join('\n', lines[..^count]) };
            }
        }

        return suggestion;
    }
}
