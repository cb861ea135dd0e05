namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Two models at the same places.</summary>
/// <param name="Bits">Relative change of bits per byte, candidate against reference; negative is better.</param>
/// <param name="BitsInterval">Ends of its 95 % interval.</param>
/// <param name="ExactMatch">Change of the share of exact matches, −1..1; positive is better.</param>
/// <param name="ExactMatchInterval">Ends of its 95 % interval.</param>
/// <param name="Better">Items that the candidate finds likelier by more than rounding.</param>
internal sealed record Comparison(int Items, double Bits, (double Low, double High) BitsInterval, double ExactMatch, (double Low, double High) ExactMatchInterval, int Better)
{
    public static Comparison Of(IReadOnlyList<EvaluationItem> items, IReadOnlyList<ItemScore> reference, IReadOnlyList<ItemScore> candidate)
    {
        string[] changes = [.. items.Select(item => item.Change)];
        int[] all = [.. Enumerable.Range(0, items.Count)];
        return new(
            items.Count,
            Bits(all),
            PairedBootstrap.Interval(changes, Bits),
            Exact(all),
            PairedBootstrap.Interval(changes, Exact),
            all.Count(item => candidate[item].Bits < reference[item].Bits - 0.01));

        double Bits(IReadOnlyList<int> some)
        {
            double before = 0, after = 0;
            foreach (int item in some)
            {
                before += reference[item].Bits;
                after += candidate[item].Bits;
            }

            return before > 0 ? (after / before) - 1 : 0;
        }

        double Exact(IReadOnlyList<int> some)
        {
            int gained = 0;
            foreach (int item in some)
            {
                gained += (candidate[item].ExactMatch ? 1 : 0) - (reference[item].ExactMatch ? 1 : 0);
            }

            return (double)gained / Math.Max(1, some.Count);
        }
    }
}
