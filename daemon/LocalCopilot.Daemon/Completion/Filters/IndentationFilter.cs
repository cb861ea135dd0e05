using System.Text;

namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Indents the suggestion's further lines with tabs or spaces, as the lines around the cursor are.</summary>
internal sealed class IndentationFilter : ISuggestionFilter
{
    private const int TabWidth = 4;

    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        if (!suggestion.Text.Contains('\n', StringComparison.Ordinal) || UsesTabs(place) is not { } tabs)
        {
            return suggestion;
        }

        string[] lines = suggestion.Text.Split('\n');
        for (int i = 1; i < lines.Length; i++)
        {
            ReadOnlySpan<char> content = lines[i].AsSpan().TrimStart(" \t");
            ReadOnlySpan<char> blanks = lines[i].AsSpan(0, lines[i].Length - content.Length);
            lines[i] = string.Concat(tabs ? ToTabs(blanks) : ToSpaces(blanks), content);
        }

        return suggestion with { Text = string.Join('\n', lines) };
    }

    /// <returns>Null where no line near the cursor is indented.</returns>
    private static bool? UsesTabs(CursorPlace place)
    {
        foreach (string line in (ReadOnlySpan<string>)[place.Indentation, place.PreviousLine, place.NextLine])
        {
            if (line.Length > 0 && line[0] is ' ' or '\t')
            {
                return line[0] == '\t';
            }
        }

        return null;
    }

    private static string ToTabs(ReadOnlySpan<char> blanks)
    {
        StringBuilder tabs = new();
        int spaces = 0;
        foreach (char blank in blanks)
        {
            spaces = blank == '\t' ? 0 : spaces + 1;
            if (blank == '\t' || spaces == TabWidth)
            {
                tabs.Append('\t');
                spaces = 0;
            }
        }

        return tabs.Append(' ', spaces).ToString();
    }

    private static string ToSpaces(ReadOnlySpan<char> blanks) => new(' ', CursorPlace.Width(blanks));
}
