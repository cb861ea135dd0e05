using CsCheck;
using LocalCopilot.Daemon.Statistics;
using LocalCopilot.Protocol;

namespace LocalCopilot.Tests.Statistics;

public class TallyTests
{
    [Fact]
    public void Of_nothing_there_are_no_rate_and_no_latency()
    {
        CompletionStatistics nothing = new Tally().ToResult();

        Assert.Equal(new() { Shown = 0, Accepted = 0, PartiallyAccepted = 0, CharactersKept = 0 }, nothing);
    }

    [Fact]
    public void A_percentile_is_the_least_time_within_which_that_share_was_answered() =>
        Gen.Int[0, 5000].Array[1, 300].Sample(times =>
        {
            Tally tally = new();
            Array.ForEach(times, time => tally.Add(new(DateTimeOffset.UnixEpoch, null, "python", null, TimeSpan.FromMilliseconds(time)), default));
            LatencyPercentiles latency = tally.ToResult().Latency!;

            foreach (var (share, found) in new[] { (0.5, latency.MedianMs), (0.95, latency.P95Ms), (0.99, latency.P99Ms) })
            {
                Assert.Contains(times, time => time == found);
                Assert.True(times.Count(time => time <= found) >= share * times.Length);
                Assert.True(times.Count(time => time < found) < share * times.Length);
            }
        });

    [Fact]
    public void The_rate_is_of_what_was_shown()
    {
        Tally tally = new();
        AnswerFacts facts = new(DateTimeOffset.UnixEpoch, null, "python", null, TimeSpan.Zero);
        tally.Add(facts, new(Shown: 3, Accepted: 1, PartiallyAccepted: 0, CharactersKept: 9));
        tally.Add(facts, new(Shown: 5, Accepted: 0, PartiallyAccepted: 1, CharactersKept: 2));

        CompletionStatistics sum = tally.ToResult();

        Assert.Equal((8, 1, 1, 11L, 0.25), (sum.Shown, sum.Accepted, sum.PartiallyAccepted, sum.CharactersKept, sum.AcceptanceRate));
    }
}
