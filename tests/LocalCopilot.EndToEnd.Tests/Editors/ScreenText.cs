using System.Globalization;
using System.Text;

namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>A text as a terminal shows it.</summary>
internal static class ScreenText
{
    private const int TabWidth = 8;

    public static string[] LinesOf(string text)
    {
        string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        // Behind the last line's end there is no line in an editor.
        return [.. (lines is [.., ""] ? lines[..^1] : lines).Select(line => Expanded(line).TrimEnd())];
    }

    private static string Expanded(string line)
    {
        StringBuilder shown = new();
        int column = 0;
        foreach (Rune rune in line.EnumerateRunes())
        {
            if (rune.Value == '\t')
            {
                int blanks = TabWidth - (column % TabWidth);
                shown.Append(' ', blanks);
                column += blanks;
                continue;
            }

            shown.Append(rune.ToString());
            // What tests type outside the basic plane are emoji, two cells wide.
            column += rune.IsBmp ? new StringInfo(rune.ToString()).LengthInTextElements : 2;
        }

        return shown.ToString();
    }
}
