namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>Cuts a file into pieces that make sense by themselves: at blank lines and where the indentation goes back, if there are enough lines.</summary>
internal static class Chunker
{
    /// <summary>Three or four chunks of this size fit the embedded model's share for context.</summary>
    private const int LeastLines = 6;

    private const int MostLines = 18;
    private const int LongestLine = 200;

    /// <returns>The zero-based first line of each, and its text, each line with LF.</returns>
    public static IEnumerable<(int StartLine, string Text)> Cut(string text)
    {
        string[] lines = text.Split('\n');
        int start = 0;
        while (start < lines.Length)
        {
            int end = EndOf(lines, start);
            string[] kept = [.. lines[start..end].Select(line => line.TrimEnd()).Where(line => line.Length <= LongestLine)];
            string chunk = string.Join('\n', kept).Trim('\n') + "\n";
            if (Identifiers.In(chunk).Skip(1).Any())
            {
                yield return (start, chunk);
            }

            start = end;
        }
    }

    private static int EndOf(string[] lines, int start)
    {
        int outermost = int.MaxValue;
        for (int i = start; i < lines.Length; i++)
        {
            int count = i - start;
            if (count == MostLines)
            {
                return i;
            }

            ReadOnlySpan<char> line = lines[i];
            bool blank = line.IsWhiteSpace();
            int indentation = line.Length - line.TrimStart().Length;
            if (count >= LeastLines && (blank || (indentation <= outermost && !Closes(line))))
            {
                return i;
            }

            if (!blank)
            {
                outermost = Math.Min(outermost, indentation);
            }
        }

        return lines.Length;
    }

    private static bool Closes(ReadOnlySpan<char> line) => line.TrimStart() is ['}' or ')' or ']', ..];
}
