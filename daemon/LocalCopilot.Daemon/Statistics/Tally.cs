using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Statistics;

/// <summary>Adds up answers.</summary>
internal sealed class Tally
{
    private readonly List<double> _milliseconds = [];
    private Outcome _sum;

    public void Add(AnswerFacts facts, Outcome outcome)
    {
        _milliseconds.Add(facts.Latency.TotalMilliseconds);
        _sum += outcome;
    }

    public CompletionStatistics ToResult()
    {
        _milliseconds.Sort();
        return new()
        {
            Shown = _sum.Shown,
            Accepted = _sum.Accepted,
            PartiallyAccepted = _sum.PartiallyAccepted,
            CharactersKept = _sum.CharactersKept,
            AcceptanceRate = _sum.Shown > 0 ? (double)(_sum.Accepted + _sum.PartiallyAccepted) / _sum.Shown : null,
            Latency = _milliseconds.Count > 0 ? new(At(0.5), At(0.95), At(0.99)) : null,
        };
    }

    /// <summary>The least time within which at least this share was answered.</summary>
    private double At(double share) => _milliseconds[(int)Math.Ceiling(share * _milliseconds.Count) - 1];
}
