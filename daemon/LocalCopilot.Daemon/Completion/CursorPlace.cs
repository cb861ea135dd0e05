using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Daemon.Completion;

/// <summary>The text around a cursor, and what its line looks like.</summary>
/// <remarks>Copies lines, never the document: a copy of a large one for every key that is pressed is what the garbage collector would stop the daemon for.</remarks>
internal sealed class CursorPlace
{
    private readonly string _text;

    public CursorPlace(string text, TextPosition position)
    {
        _text = text;
        Offset = TextOffsets.Of(text, position);
        LineStart = Prefix.Span.LastIndexOf('\n') + 1;
        LineBefore = text[LineStart..Offset];
        int lineEnd = Suffix.Span.IndexOfAny('\r', '\n');
        LineAfter = lineEnd < 0 ? Suffix.ToString() : Suffix[..lineEnd].ToString();
    }

    /// <summary>UTF-16 units before the cursor.</summary>
    public int Offset { get; }

    /// <summary>UTF-16 units before the cursor's line.</summary>
    public int LineStart { get; }

    public ReadOnlyMemory<char> Prefix => _text.AsMemory(0, Offset);

    public ReadOnlyMemory<char> Suffix => _text.AsMemory(Offset);

    /// <summary>The cursor's line up to the cursor.</summary>
    public string LineBefore { get; }

    /// <summary>The cursor's line from the cursor on, without its line break.</summary>
    public string LineAfter { get; }

    /// <summary>Blanks at the start of the cursor's line.</summary>
    public string Indentation => LineBefore[..(LineBefore.Length - LineBefore.AsSpan().TrimStart().Length)];

    /// <summary>The last line before the cursor's that is not blank; empty where there is none.</summary>
    public string PreviousLine
    {
        get
        {
            ReadOnlySpan<char> before = Prefix.Span[..LineStart].TrimEnd();
            return before[(before.LastIndexOf('\n') + 1)..].ToString();
        }
    }

    /// <summary>The first line after the cursor's that is not blank; empty where there is none.</summary>
    public string NextLine
    {
        get
        {
            foreach (ReadOnlySpan<char> line in Suffix.Span[LineAfter.Length..].EnumerateLines())
            {
                if (!line.IsWhiteSpace())
                {
                    return line.ToString();
                }
            }

            return "";
        }
    }

    /// <summary>The lines after the cursor's that are not blank, without the blanks at their ends.</summary>
    /// <param name="most">Lines wanted, at most.</param>
    public IReadOnlyList<string> NextLines(int most)
    {
        List<string> lines = [];
        foreach (ReadOnlySpan<char> line in Suffix.Span[LineAfter.Length..].EnumerateLines())
        {
            if (lines.Count == most)
            {
                break;
            }

            if (!line.IsWhiteSpace())
            {
                lines.Add(line.TrimEnd().ToString());
            }
        }

        return lines;
    }

    /// <summary>Columns that blanks take; a tab counts as four.</summary>
    public static int Width(ReadOnlySpan<char> blanks)
    {
        int width = 0;
        foreach (char blank in blanks)
        {
            width += blank == '\t' ? 4 : 1;
        }

        return width;
    }

    /// <summary>Columns before the first character of a line that is no blank.</summary>
    public static int IndentationOf(ReadOnlySpan<char> line) => Width(line[..(line.Length - line.TrimStart().Length)]);
}
