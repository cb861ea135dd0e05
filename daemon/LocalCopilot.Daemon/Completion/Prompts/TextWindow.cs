namespace LocalCopilot.Daemon.Completion.Prompts;

/// <summary>Cuts the text around a cursor to what a prompt can hold, so that typing moves the cuts as seldom as possible.</summary>
/// <remarks>
/// A cut that moves costs the evaluation of all that follows it. The text before the cursor is cut at fixed places only, a quarter
/// of the prefix's share apart: once typing has filled the room, the cut goes on to the next of them.
/// </remarks>
internal sealed class TextWindow(LineTokenizer tokenizer)
{
    /// <summary>Characters of code that a token stands for at most, on average; more are never tokenized only to be cut off.</summary>
    private const int MostCharactersPerToken = 6;

    /// <summary>As above, but usually.</summary>
    private const int CharactersPerToken = 4;

    /// <summary>
    /// Tokens that the cursor's line is counted as having at least: while it grows, and the tokens of its last word with it change
    /// this way and that, it moves no cut.
    /// </summary>
    private const int TokensOfLine = 48;

    /// <summary>The tokens of a text's end, from a line's start on.</summary>
    /// <param name="room">Tokens, at most.</param>
    /// <param name="share">Tokens that the text has room for at least, whatever else is in the prompt; the places to cut at depend on it.</param>
    public int[] End(ReadOnlyMemory<char> text, int room, int share)
    {
        if (room <= 0)
        {
            return [];
        }

        int lineTokens = Tokenize(text.Span[(text.Span.LastIndexOf('\n') + 1)..]).Length;
        int reserved = Math.Max(0, Math.Min(TokensOfLine, room / 4) - lineTokens);
        int step = Math.Max(32, share * CharactersPerToken / 4);
        for (int place = FirstPlace(text.Length - (room * MostCharactersPerToken), step); place < text.Length; place += step)
        {
            int start = LineStart(text.Span, place);
            if (start < text.Length && Fits(text.Span[start..], room - reserved) is { } tokens)
            {
                return tokens;
            }
        }

        return EndOfLines(text.Span, room) ?? EndOfLongLine(text.Span, room, step);
    }

    /// <summary>The tokens of a text's start.</summary>
    /// <param name="room">Tokens, at most.</param>
    public int[] Start(ReadOnlyMemory<char> text, int room)
    {
        if (room <= 0)
        {
            return [];
        }

        ReadOnlySpan<char> near = text.Span[..Math.Min(text.Length, room * MostCharactersPerToken)];
        int[] tokens = Tokenize(near.Length > 0 && char.IsHighSurrogate(near[^1]) ? near[..^1] : near);
        return tokens.Length <= room ? tokens : tokens[..room];
    }

    /// <summary>As many lines as fit, where the places are too far apart for the room that there is.</summary>
    private int[]? EndOfLines(ReadOnlySpan<char> text, int room)
    {
        int[]? tokens = null;
        for (int start = LineStart(text, Math.Max(0, text.Length - (room * MostCharactersPerToken))); start < text.Length && tokens is null; start = LineStart(text, start + 1))
        {
            tokens = Fits(text[start..], room);
        }

        return tokens;
    }

    /// <summary>As much as fits of a line that is longer than all the room.</summary>
    private int[] EndOfLongLine(ReadOnlySpan<char> text, int room, int step)
    {
        int start = FirstPlace(text.Length - room, step);
        if (start >= text.Length)
        {
            start = text.Length - Math.Min(text.Length, room);
        }

        while (start < text.Length)
        {
            start += char.IsLowSurrogate(text[start]) ? 1 : 0;
            if (Fits(text[start..], room) is { } tokens)
            {
                return tokens;
            }

            start += Math.Max(1, (text.Length - start) / 4);
        }

        return [];
    }

    private static int FirstPlace(int least, int step) => (Math.Max(0, least) + step - 1) / step * step;

    private static int LineStart(ReadOnlySpan<char> text, int place)
    {
        if (place == 0)
        {
            return 0;
        }

        int end = text[(place - 1)..].IndexOf('\n');
        return end < 0 ? text.Length : place + end;
    }

    /// <summary>All tokens of a text, where they fit.</summary>
    private int[]? Fits(ReadOnlySpan<char> text, int room)
    {
        int[] tokens = Tokenize(text);
        return tokens.Length <= room ? tokens : null;
    }

    /// <remarks>Models are trained on LF; what they write gets the document's line ends again.</remarks>
    private int[] Tokenize(ReadOnlySpan<char> text) => tokenizer.Tokenize(text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal));
}
