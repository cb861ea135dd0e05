namespace LocalCopilot.Daemon.Documents;

/// <summary>Between positions and offsets. LSP: lines end with LF, CR LF or CR; a character past the line's end means its end.</summary>
internal static class TextOffsets
{
    /// <summary>UTF-16 units before a position.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The text has no such line.</exception>
    public static int Of(ReadOnlySpan<char> text, TextPosition position) => TryGet(text, position, out int offset, out int lines)
        ? offset
        : throw new ArgumentOutOfRangeException(nameof(position), $"The position {position.Line}:{position.Character} was asked for; the text has {lines} lines, and both count from 0.");

    /// <param name="offset">UTF-16 units before the position.</param>
    /// <param name="lines">Where there is no such line: lines that the text has.</param>
    public static bool TryGet(ReadOnlySpan<char> text, TextPosition position, out int offset, out int lines)
    {
        offset = 0;
        for (lines = 1; lines <= position.Line; lines++)
        {
            int end = text[offset..].IndexOfAny('\r', '\n');
            if (end < 0)
            {
                return false;
            }

            offset += end + 1;
            if (text[offset - 1] == '\r' && offset < text.Length && text[offset] == '\n')
            {
                offset++;
            }
        }

        if (position.Line < 0 || position.Character < 0)
        {
            return false;
        }

        int length = text[offset..].IndexOfAny('\r', '\n');
        offset += Math.Min(position.Character, length < 0 ? text.Length - offset : length);
        return true;
    }
}
