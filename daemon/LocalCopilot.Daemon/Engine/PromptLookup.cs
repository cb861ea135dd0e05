namespace LocalCopilot.Daemon.Engine;

/// <summary>
/// Guesses the next tokens by looking for the last ones earlier in the text: code repeats itself. Guesses are verified by the
/// model, so a wrong one costs time and never changes the result.
/// </summary>
/// <remarks>After "Prompt Lookup Decoding" (A. Saxena, 2023).</remarks>
internal static class PromptLookup
{
    /// <summary>Guessed tokens, at most.</summary>
    public const int MaxDraft = 12;

    /// <summary>Tokens that agree, the longest agreement first: each is a rule of its own, with its own likelihood.</summary>
    private static readonly int[] Agreeing = [6, 4, 3, 2, 1];

    /// <summary>Number of rules.</summary>
    public static int Rules => Agreeing.Length;

    /// <summary>Writes a guess of the tokens that follow <paramref name="text"/>.</summary>
    /// <param name="text">Prompt and what was generated so far.</param>
    /// <param name="further">More text to look in.</param>
    /// <param name="draft">Takes the guess; its length is the most that is wanted.</param>
    /// <returns>Number of tokens guessed, and the rule that found them.</returns>
    public static (int Count, int Rule) Guess(ReadOnlySpan<int> text, ReadOnlySpan<int> further, Span<int> draft)
    {
        for (int rule = 0; rule < Agreeing.Length; rule++)
        {
            if (text.Length <= Agreeing[rule])
            {
                continue;
            }

            ReadOnlySpan<int> last = text[^Agreeing[rule]..];
            int count = Copy(text[..^1], last, text, draft);
            if (count == 0)
            {
                count = Copy(further, last, further, draft);
            }

            if (count > 0)
            {
                return (count, rule);
            }
        }

        return (0, 0);
    }

    private static int Copy(ReadOnlySpan<int> searched, ReadOnlySpan<int> last, ReadOnlySpan<int> source, Span<int> draft)
    {
        int at = searched.LastIndexOf(last);
        if (at < 0)
        {
            return 0;
        }

        ReadOnlySpan<int> following = source[(at + last.Length)..];
        int count = Math.Min(following.Length, draft.Length);
        following[..count].CopyTo(draft);
        return count;
    }
}
