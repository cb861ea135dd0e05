namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>A text that goes round in circles: the same few characters over and over at its end. One round of them is kept.</summary>
internal sealed class Circle : ITextEnd
{
    private const int Rounds = 4;
    private const int LongestUnit = 24;

    public int? Find(string text)
    {
        for (int unit = 2; unit <= LongestUnit && unit * Rounds <= text.Length; unit++)
        {
            ReadOnlySpan<char> last = text.AsSpan(text.Length - unit);

            // Rulers such as //------ and indentation are no accidents.
            if (last.ContainsAnyExcept(last[0]) && IsRepeated(text, unit))
            {
                return text.Length - ((Rounds - 1) * unit);
            }
        }

        return null;
    }

    private static bool IsRepeated(string text, int unit)
    {
        int compared = unit * (Rounds - 1);
        return text.AsSpan(text.Length - compared).SequenceEqual(text.AsSpan(text.Length - compared - unit, compared));
    }
}
