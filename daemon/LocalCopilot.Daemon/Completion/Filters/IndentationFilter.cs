using System.Text;

namespace LocalCopilot.Daemon.Completion.Filters;

/// <summary>Indents the suggestion's further lines as the document does: with tabs where its lines begin with tabs.</summary>
internal sealed class IndentationFilter : ISuggestionFilter
{
    private const int TabWidth = 4;

    public Suggestion? Apply(Suggestion suggestion, CursorPlace place)
    {
        if (!suggestion.Text.Contains('\n', StringComparison.Ordinal) || !UsesTabs(place))
        {
            return suggestion;
        }

        string[] lines = suggestion.Text.Split('\n');
        for (int i = 1; i < lines.Length; i++)
        {
            lines[i] = WithTabs(lines[i]);
        }

        return suggestion with { Text = string.Join('\n', lines) };
    }

    private static bool UsesTabs(CursorPlace place) =>
        place.Indentation.Contains('\t', StringComparison.Ordinal) || place.PreviousLine.StartsWith('\t') || place.NextLine.StartsWith('\t');

    private static string WithTabs(string line)
    {
        ReadOnlySpan<char> content = line.AsSpan().TrimStart(" \t");
        StringBuilder blanks = new();
        int spaces = 0;
        foreach (char blank in line.AsSpan(0, line.Length - content.Length))
        {
            spaces = blank == '\t' ? 0 : spaces + 1;
            if (blank == '\t' || spaces == TabWidth)
            {
                blanks.Append('\t');
                spaces = 0;
            }
        }

        return blanks.Append(' ', spaces).Append(content).ToString();
    }
}
