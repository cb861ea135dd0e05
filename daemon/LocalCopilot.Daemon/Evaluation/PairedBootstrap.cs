namespace LocalCopilot.Daemon.Evaluation;

/// <summary>How sure a difference between two models is that were measured at the same places.</summary>
/// <remarks>
/// Changes are drawn with replacement, each with all its items, since items of one change resemble each other; both models get the
/// same draw, so what makes a place hard for both cancels out. Percentile interval (Efron and Tibshirani, An Introduction to the
/// Bootstrap, chapters 8 and 13). The same input gives the same interval.
/// </remarks>
internal static class PairedBootstrap
{
    /// <summary>2,000: the ends of a 95 % interval then vary by about a twentieth of its width between seeds.</summary>
    private const int Draws = 2000;

    /// <param name="changes">Of each item, the change that it is of.</param>
    /// <param name="difference">Of some items' indices, the difference that counts.</param>
    /// <returns>Ends of the 95 % interval.</returns>
    public static (double Low, double High) Interval(IReadOnlyList<string> changes, Func<IReadOnlyList<int>, double> difference)
    {
        int[][] groups = [.. changes.Select((change, item) => (change, item)).GroupBy(pair => pair.change, StringComparer.Ordinal).Select(group => group.Select(pair => pair.item).ToArray())];
        Random random = new(1);
        double[] differences = new double[Draws];
        List<int> drawn = [];
        for (int draw = 0; draw < Draws; draw++)
        {
            drawn.Clear();
            for (int i = 0; i < groups.Length; i++)
            {
                drawn.AddRange(groups[random.Next(groups.Length)]);
            }

            differences[draw] = difference(drawn);
        }

        Array.Sort(differences);
        return (differences[(int)(Draws * 0.025)], differences[(int)(Draws * 0.975) - 1]);
    }
}
