using LocalCopilot.Daemon.Completion;

namespace LocalCopilot.Daemon.Samples;

/// <summary>A file's text by its lines.</summary>
internal sealed class CodeText
{
    private readonly int[] _starts;

    /// <param name="text">With LF.</param>
    public CodeText(string text)
    {
        Text = text;
        Lines = text.Split('\n');
        _starts = new int[Lines.Length];
        for (int i = 1; i < Lines.Length; i++)
        {
            _starts[i] = _starts[i - 1] + Lines[i - 1].Length + 1;
        }
    }

    public string Text { get; }

    public string[] Lines { get; }

    /// <summary>Where a line begins in the text.</summary>
    public int StartOf(int line) => _starts[line];

    /// <summary>Where a line ends in the text, without the blanks at its end.</summary>
    public int EndOf(int line) => _starts[line] + Lines[line].AsSpan().TrimEnd().Length;

    /// <summary>The line of a place in the text.</summary>
    public int LineOf(int place)
    {
        int found = Array.BinarySearch(_starts, place);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>The block whose first line is <paramref name="first"/>.</summary>
    /// <returns>Its last line; null where no block begins there.</returns>
    public int? EndOfBlock(int first)
    {
        int above = first - 1;
        while (above >= 0 && string.IsNullOrWhiteSpace(Lines[above]))
        {
            above--;
        }

        int indentation = CursorPlace.IndentationOf(Lines[first]);
        if (above < 0 || !LineMode.OpensBlock(Lines[above]) || indentation <= CursorPlace.IndentationOf(Lines[above]))
        {
            return null;
        }

        int last = first;
        for (int line = first + 1; line < Lines.Length; line++)
        {
            if (string.IsNullOrWhiteSpace(Lines[line]))
            {
                continue;
            }

            if (CursorPlace.IndentationOf(Lines[line]) < indentation)
            {
                break;
            }

            last = line;
        }

        return last;
    }

    /// <summary>The line on which all brackets are closed that a line opens.</summary>
    /// <returns>Null where it opens none, or where they stay open for longer than <paramref name="most"/> lines.</returns>
    public int? EndOfStatement(int first, int most)
    {
        int open = OpenBrackets(Lines[first], 0);
        if (open <= 0 || LineMode.OpensBlock(Lines[first]))
        {
            return null;
        }

        for (int line = first + 1; line < Lines.Length && line - first < most; line++)
        {
            open = OpenBrackets(Lines[line], open);
            if (open <= 0)
            {
                return line;
            }
        }

        return null;
    }

    /// <remarks>Quotes do not reach over line ends here; a bracket in a longer text costs one sample.</remarks>
    private static int OpenBrackets(string line, int open)
    {
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char character = line[i];
            if (quote != '\0')
            {
                quote = character == quote && line[i - 1] != '\\' ? '\0' : quote;
            }
            else if (character is '"' or '\'' or '`')
            {
                quote = character;
            }
            else
            {
                open += character is '(' or '[' or '{' ? 1 : character is ')' or ']' or '}' ? -1 : 0;
            }
        }

        return open;
    }
}
