using System.Runtime.InteropServices;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Completion.Prompts;

/// <summary>
/// Tokenizes text line by line and remembers the lines: while somebody types, all lines but one are known already. The tokens are
/// those of the whole text.
/// </summary>
/// <remarks>
/// That holds for tokenizers that never put a line break and what comes behind it into one token, such as Qwen's and Llama 3's;
/// others are found out once by trying, and get the text whole. A line here includes the blank lines behind it, since those go
/// into one token with its line break. Line ends are LF. Usable from any thread; keeps so many lines at most.
/// </remarks>
internal sealed class LineTokenizer
{
    private const int MostLines = 8192;

    /// <summary>Longer ones are tokenized every time.</summary>
    private const int LongestLine = 512;

    /// <summary>Each is cut after its first line break; the second part must not change the tokens of the first.</summary>
    private static readonly string[] Probes =
    [
        "x;\n    y", "x\ny", "x\n y", "x\n\n\ty", "x {\n}\n", "é\n  漢", ")\n)", "x;\n\n        // y\n", "1\n2", "x \n    \n  y", "x\n    ", "'a'\n's",
    ];

    private readonly LlamaVocabulary _vocabulary;
    private readonly bool _splits;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int[]> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public LineTokenizer(LlamaVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _splits = Array.TrueForAll(Probes, SplitsExactly);
    }

    /// <summary>Whether lines are tokenized by themselves; else the text is one piece.</summary>
    public bool Splits => _splits;

    public int[] Tokenize(string text)
    {
        List<int> tokens = new(text.Length / 3);
        foreach (TokenizedLine line in Lines(text))
        {
            tokens.AddRange(line.Tokens);
        }

        return [.. tokens];
    }

    /// <summary>The pieces of a text, in their order; together they are the text.</summary>
    public IReadOnlyList<TokenizedLine> Lines(ReadOnlySpan<char> text)
    {
        if (!_splits)
        {
            return text.IsEmpty ? [] : [new(0, _vocabulary.Tokenize(text.ToString()))];
        }

        List<TokenizedLine> lines = new(1 + text.Count('\n'));
        for (int start = 0; start < text.Length;)
        {
            int end = start + EndOfLine(text[start..]);
            lines.Add(new(start, TokensOf(text[start..end])));
            start = end;
        }

        return lines;
    }

    /// <summary>Length of the first line with its line break, and with the blank lines behind it.</summary>
    private static int EndOfLine(ReadOnlySpan<char> text)
    {
        int end = text.IndexOf('\n') + 1;
        if (end == 0)
        {
            return text.Length;
        }

        // Blanks that no line break follows stand before the next line's text, or before the cursor.
        ReadOnlySpan<char> blanks = text[end..(end + text[end..].Length - text[end..].TrimStart().Length)];
        return end + blanks.LastIndexOf('\n') + 1;
    }

    private int[] TokensOf(ReadOnlySpan<char> line)
    {
        if (line.Length > LongestLine)
        {
            return _vocabulary.Tokenize(line.ToString());
        }

        lock (_gate)
        {
            if (_known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(line, out int[]? known))
            {
                return known;
            }
        }

        string text = line.ToString();
        int[] tokens = _vocabulary.Tokenize(text);
        lock (_gate)
        {
            ref int[]? entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, text, out bool exists);
            entry = tokens;
            if (!exists)
            {
                _order.Enqueue(text);
                if (_order.Count > MostLines)
                {
                    _known.Remove(_order.Dequeue());
                }
            }
        }

        return tokens;
    }

    private bool SplitsExactly(string probe)
    {
        int end = EndOfLine(probe);
        return _vocabulary.Tokenize(probe).AsSpan().SequenceEqual((int[])[.. _vocabulary.Tokenize(probe[..end]), .. _vocabulary.Tokenize(probe[end..])]);
    }
}

/// <param name="Start">UTF-16 units of the text before it.</param>
internal readonly record struct TokenizedLine(int Start, int[] Tokens);
