namespace LocalCopilot.Daemon.Engine;

/// <summary>
/// Guesses the next tokens by looking for the last ones earlier in the text: code repeats itself. Guesses are verified by the
/// model, so a wrong one costs time and never changes the result.
/// </summary>
/// <remarks>After "Prompt Lookup Decoding" (A. Saxena, 2023).</remarks>
internal static class PromptLookup
{
    /// <summary>Tokens that have to agree for a guess, and how many are guessed then: the longer the agreement, the more.</summary>
    private static readonly (int Agreeing, int Guessed)[] Rules = [(5, MaxDraft), (3, 8), (2, 4), (1, 1)];

    /// <summary>Guessed tokens, at most.</summary>
    public const int MaxDraft = 12;

    /// <summary>Writes a guess of the tokens that follow <paramref name="text"/>.</summary>
    /// <param name="text">Prompt and what was generated so far.</param>
    /// <param name="further">More text to look in.</param>
    /// <param name="draft">Takes the guess; its length is the most that is wanted.</param>
    /// <returns>Number of tokens guessed.</returns>
    public static int Guess(ReadOnlySpan<int> text, ReadOnlySpan<int> further, Span<int> draft)
    {
        foreach (var (agreeing, guessed) in Rules)
        {
            if (text.Length <= agreeing)
            {
                continue;
            }

            ReadOnlySpan<int> last = text[^agreeing..];
            int wanted = Math.Min(guessed, draft.Length);
            int count = Copy(text[..^1], last, text, draft[..wanted]);
            if (count == 0)
            {
                count = Copy(further, last, further, draft[..wanted]);
            }

            if (count > 0)
            {
                return count;
            }
        }

        return 0;
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
