using System.Globalization;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Statistics;

/// <summary>Adds up answers for <see cref="StatisticsResult"/>.</summary>
/// <param name="zone">In which days begin.</param>
internal sealed class StatisticsSummary(TimeZoneInfo zone)
{
    /// <summary>How the base model is named among the adapters.</summary>
    private const string NoAdapter = "none";

    private readonly Tally _total = new();
    private readonly SortedDictionary<string, Tally> _byDay = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Tally> _byLanguage = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Tally> _byAdapter = new(StringComparer.Ordinal);

    public void Add(AnswerFacts facts, Outcome outcome)
    {
        string day = TimeZoneInfo.ConvertTime(facts.Time, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        foreach (Tally tally in (Tally[])[_total, Of(_byDay, day), Of(_byLanguage, facts.Language), Of(_byAdapter, facts.Adapter ?? NoAdapter)])
        {
            tally.Add(facts, outcome);
        }
    }

    public StatisticsResult ToResult() => new(_total.ToResult(), Results(_byDay), Results(_byLanguage), Results(_byAdapter));

    private static Tally Of(SortedDictionary<string, Tally> tallies, string name)
    {
        if (!tallies.TryGetValue(name, out Tally? tally))
        {
            tallies[name] = tally = new();
        }

        return tally;
    }

    private static Dictionary<string, CompletionStatistics> Results(SortedDictionary<string, Tally> tallies) =>
        tallies.ToDictionary(entry => entry.Key, entry => entry.Value.ToResult(), StringComparer.Ordinal);
}
