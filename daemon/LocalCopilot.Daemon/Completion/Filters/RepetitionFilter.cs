namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Cuts a text in which a line comes three times running. Shorter circles end the generation, see Stops.Circle.</summary>
internal sealed class RepetitionFilter : ISuggestionFilter
{
    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        return suggestion with { Text = CutLines(suggestion.Text) };
    }

    private static string CutLines(string text)
    {
        string[] lines = text.Split('\n');
        for (int i = 2; i < lines.Length; i++)
        {
            if (lines[i].Trim().Length > 0 && lines[i] == lines[i - 1] && lines[i] == lines[i - 2])
            {
                return string.Join('\n', lines[..(i - 1)]);
            }
        }

        return text;
    }
}
