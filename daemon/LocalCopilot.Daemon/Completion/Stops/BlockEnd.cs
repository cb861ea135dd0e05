namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>The end of the block that the cursor is in, by indentation: a line that stands further left ends it, a closing bracket with it.</summary>
internal sealed class BlockEnd : ITextEnd
{
    private readonly int _indentation;
    private readonly bool _opens;

    public BlockEnd(CursorPlace place)
    {
        // On an empty line the cursor's column is the block's; else the block is what the line opens.
        _opens = !string.IsNullOrWhiteSpace(place.LineBefore);
        _indentation = Width(_opens ? place.Indentation : place.LineBefore);
    }

    public int? Find(string text)
    {
        int start = text.IndexOf('\n') + 1;
        while (start > 0 && text.IndexOf('\n', start) is >= 0 and var end)
        {
            ReadOnlySpan<char> line = text.AsSpan(start, end - start);
            ReadOnlySpan<char> content = line.Trim();
            if (!content.IsEmpty)
            {
                int indentation = Width(line[..(line.Length - line.TrimStart().Length)]);
                bool closes = content[0] is '}' or ')' or ']' || content is "end";
                if (_opens && indentation == _indentation && closes)
                {
                    return end;
                }

                if (_opens ? indentation <= _indentation : indentation < _indentation)
                {
                    return start - 1;
                }
            }

            start = end + 1;
        }

        return null;
    }

    /// <summary>Columns; a tab counts as four.</summary>
    private static int Width(ReadOnlySpan<char> blanks)
    {
        int width = 0;
        foreach (char blank in blanks)
        {
            width += blank == '\t' ? 4 : 1;
        }

        return width;
    }
}
