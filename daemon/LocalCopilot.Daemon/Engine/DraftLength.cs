namespace LocalCopilot.Daemon.Engine;

/// <summary>
/// Chooses how many guessed tokens a batch verifies: as many as give the most tokens for the time. What a further row costs differs
/// between models and machines (of the embedded model on two cores nearly half of a batch, of a large one nearly nothing), and
/// how often guesses are right differs between texts; both are measured all the time.
/// </summary>
/// <remarks>Owned by the engine's thread. It decides about time alone: the text that comes out does not depend on it.</remarks>
internal sealed class DraftLength
{
    private const double CostWeight = 0.05;
    private const double AcceptanceWeight = 0.03;

    /// <summary>Of the cost of two rows; for numbers of rows that were not measured yet.</summary>
    private const double AssumedRowCost = 0.2;

    private readonly double[] _cost = new double[PromptLookup.MaxDraft + 2];
    private readonly double[] _acceptance = [.. Enumerable.Repeat(0.7, PromptLookup.Rules)];

    /// <param name="rule">How the guess was found, see <see cref="PromptLookup"/>.</param>
    /// <param name="guessed">Tokens guessed, at least 1.</param>
    /// <returns>Tokens to verify, 1 to <paramref name="guessed"/>.</returns>
    public int Choose(int rule, int guessed)
    {
        double right = _acceptance[rule];
        double expected = 1;
        double likely = 1;
        double best = 0;
        int chosen = 1;
        for (int length = 1; length <= guessed; length++)
        {
            likely *= right;
            expected += likely;
            double rate = expected / Cost(length + 1);
            if (rate > best)
            {
                (best, chosen) = (rate, length);
            }
        }

        return chosen;
    }

    /// <param name="rows">Rows of the batch, guesses included.</param>
    /// <param name="time">What its evaluation took.</param>
    public void Took(int rows, TimeSpan time)
    {
        double before = _cost[rows];
        // What disturbed one batch must not count for many.
        double milliseconds = before > 0 ? Math.Min(time.TotalMilliseconds, before * 2) : time.TotalMilliseconds;
        _cost[rows] = before > 0 ? (before * (1 - CostWeight)) + (milliseconds * CostWeight) : milliseconds;
    }

    /// <param name="right">Guesses that were right, before the first that was not.</param>
    public void Verified(int rule, int guessed, int right)
    {
        for (int i = 0; i < Math.Min(right + 1, guessed); i++)
        {
            _acceptance[rule] = (_acceptance[rule] * (1 - AcceptanceWeight)) + ((i < right ? 1 : 0) * AcceptanceWeight);
        }
    }

    private double Cost(int rows)
    {
        if (_cost[rows] > 0)
        {
            return _cost[rows];
        }

        int known = rows;
        while (known > 2 && _cost[known] == 0)
        {
            known--;
        }

        double two = _cost[2] > 0 ? _cost[2] : 1;
        return (_cost[known] > 0 ? _cost[known] : two) + ((rows - known) * AssumedRowCost * two);
    }
}
