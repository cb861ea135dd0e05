using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Daemon.Completion;

/// <summary>The text around a cursor, and what its line looks like.</summary>
internal sealed class CursorPlace
{
    public CursorPlace(string text, TextPosition position)
    {
        Offset = TextOffsets.Of(text, position);
        Prefix = text[..Offset];
        Suffix = text[Offset..];
        int lineStart = Prefix.LastIndexOf('\n') + 1;
        LineBefore = Prefix[lineStart..];
        int lineEnd = Suffix.AsSpan().IndexOfAny('\r', '\n');
        LineAfter = lineEnd < 0 ? Suffix : Suffix[..lineEnd];
    }

    /// <summary>UTF-16 units before the cursor.</summary>
    public int Offset { get; }

    public string Prefix { get; }

    public string Suffix { get; }

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
            ReadOnlySpan<char> before = Prefix.AsSpan(0, Prefix.Length - LineBefore.Length).TrimEnd();
            return before[(before.LastIndexOf('\n') + 1)..].ToString();
        }
    }

    /// <summary>The first line after the cursor's that is not blank; empty where there is none.</summary>
    public string NextLine
    {
        get
        {
            foreach (ReadOnlySpan<char> line in Suffix.AsSpan(LineAfter.Length).EnumerateLines())
            {
                if (!line.IsWhiteSpace())
                {
                    return line.ToString();
                }
            }

            return "";
        }
    }
}
