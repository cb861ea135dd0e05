namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>The end of the block that the cursor is in, by indentation: a line that stands further left ends it, a closing bracket with it.</summary>
internal sealed class BlockEnd : ITextEnd
{
    private const string Closers = "})];,";

    /// <summary>Lines that stand further left do not belong to the block.</summary>
    private readonly int _least;

    /// <summary>Where the bracket stands that closes what the cursor's line opens; -1: the line opens nothing, or it is closed already.</summary>
    private readonly int _closing = -1;

    public BlockEnd(CursorPlace place)
    {
        if (string.IsNullOrWhiteSpace(place.LineBefore))
        {
            // On an empty line the cursor's column is the block's, unless it stands left of what was just opened.
            string previous = place.PreviousLine;
            int opened = LineMode.OpensBlock(previous) ? CursorPlace.IndentationOf(previous) + 1 : 0;
            _least = Math.Max(CursorPlace.Width(place.LineBefore), opened);
            return;
        }

        int column = CursorPlace.Width(place.Indentation);
        _least = column + 1;
        ReadOnlySpan<char> next = place.NextLine;
        bool isClosed = !next.IsEmpty && CursorPlace.IndentationOf(next) == column && next.TrimStart()[0] is '}' or ')' or ']';
        _closing = isClosed ? -1 : column;
    }

    public int? Find(string text)
    {
        for (int start = text.IndexOf('\n') + 1; start > 0 && start < text.Length; start = text.IndexOf('\n', start) + 1)
        {
            int end = text.IndexOf('\n', start);
            bool isWhole = end >= 0;
            ReadOnlySpan<char> line = isWhole ? text.AsSpan(start, end - start) : text.AsSpan(start);
            ReadOnlySpan<char> content = line.Trim();
            if (content.IsEmpty)
            {
                continue;
            }

            int indentation = CursorPlace.IndentationOf(line);
            if (indentation != _closing || !Closes(content, isWhole))
            {
                if (indentation < _least)
                {
                    return start - 1;
                }
            }
            else if (content[0] == '}' && OpensAnother(content) is { } closers)
            {
                return text.Length - text.AsSpan(start).TrimStart().Length + closers;
            }
            else
            {
                return isWhole ? end : null;
            }
        }

        return null;
    }

    private static bool Closes(ReadOnlySpan<char> content, bool isWhole) =>
        content[0] is '}' or ')' or ']' || (isWhole ? content is "end" : "end".StartsWith(content, StringComparison.Ordinal));

    /// <summary>`} else {` opens another block: only the bracket belongs to this one.</summary>
    /// <returns>Number of closing characters before the word; null where no word follows.</returns>
    private static int? OpensAnother(ReadOnlySpan<char> content)
    {
        int closers = content.IndexOfAnyExcept(Closers);
        return closers > 0 && content[closers..].TrimStart() is { IsEmpty: false } rest && char.IsLetter(rest[0]) ? closers : null;
    }
}
