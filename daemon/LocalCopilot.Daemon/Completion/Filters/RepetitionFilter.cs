namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Cuts a text that goes round in circles: a line that comes three times running, or the same few characters over and over.</summary>
internal sealed class RepetitionFilter : ISuggestionFilter
{
    private const int LeastRepeats = 4;
    private const int LongestUnit = 24;

    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        string text = CutLines(suggestion.Text);
        return suggestion with { Text = CutUnits(text) };
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

    /// <summary>Keeps one of the units at the end, where there are many.</summary>
    private static string CutUnits(string text)
    {
        for (int unit = 2; unit <= LongestUnit && unit * LeastRepeats <= text.Length; unit++)
        {
            ReadOnlySpan<char> last = text.AsSpan(text.Length - unit);
            int repeats = 1;
            while ((repeats + 1) * unit <= text.Length && text.AsSpan(text.Length - ((repeats + 1) * unit), unit).SequenceEqual(last))
            {
                repeats++;
            }

            // Rulers such as //------ and indentation are no accidents.
            if (repeats >= LeastRepeats && last.ContainsAnyExcept(last[0]))
            {
                return text[..(text.Length - ((repeats - 1) * unit))];
            }
        }

        return text;
    }
}
