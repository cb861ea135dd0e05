using CsCheck;
using LocalCopilot.Daemon.Evaluation;

namespace LocalCopilot.Tests.Evaluation;

public class GateTests
{
    private static readonly Gate Gate = new(new() { LeastItems = 40 });

    [Fact]
    public void Better_by_more_than_chance_passes()
    {
        Verdict verdict = Judge(60, item => item.Bits * 0.8);

        Assert.True(verdict.Passed, verdict.Reason);
        Assert.Contains("-20.0 % bits a byte", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void As_good_is_not_enough() => AssertRejected(Judge(60, item => item.Bits), "not measurably better");

    [Fact]
    public void Worse_is_said_to_be_worse() => AssertRejected(Judge(60, item => item.Bits * 1.2), "worse than the base model");

    [Fact]
    public void Better_in_one_change_alone_is_chance() =>
        AssertRejected(Judge(60, item => item.Bits * (item.Index < 6 ? 0.1 : 1)), "not measurably better");

    [Fact]
    public void A_loss_that_is_no_number_is_rejected() => AssertRejected(Judge(60, item => item.Index == 7 ? double.NaN : item.Bits * 0.5), "base model");

    [Fact]
    public void Few_items_give_no_verdict() => AssertRejected(Judge(39, item => item.Bits * 0.5), "39 held-out edits");

    [Fact]
    public void General_code_must_not_be_forgotten() => AssertRejected(Judge(60, item => item.Bits * 0.8, forgotten: 1.06), "+6.0 %");

    [Theory]
    [InlineData(0.8, 1.06, true)]
    [InlineData(0.8, 1.04, false)]
    [InlineData(1.2, 1.06, false)]
    public void A_weaker_one_may_pass_where_forgetting_alone_stands_in_the_way(double bits, double forgotten, bool alone) =>
        Assert.Equal(alone, Judge(60, item => item.Bits * bits, forgotten: forgotten).MayPassWeaker);

    [Fact]
    public void Fewer_exact_matches_are_rejected_whatever_the_bits() =>
        AssertRejected(Judge(60, item => item.Bits * 0.8, exact: _ => false), "completes less than");

    [Fact]
    public void Better_than_the_base_but_not_than_the_active_is_rejected()
    {
        EvaluationItem[] items = Items(60);
        ItemScore[] scores = [.. items.Select((_, i) => Score(i))];
        MeasuredModel canary = new(scores, [new(10, 10, false, 0)]);

        Verdict verdict = Gate.Judge(items, canary, canary with { HeldOut = Scaled(scores, 0.7) }, canary with { HeldOut = Scaled(scores, 0.72) });

        AssertRejected(verdict, "worse than the active adapter");
    }

    [Fact]
    public void A_refresh_must_not_be_worse_than_what_it_comes_from()
    {
        EvaluationItem[] items = Items(24);
        ItemScore[] scores = [.. items.Select((_, i) => Score(i))];
        MeasuredModel baseModel = new(scores, [new(10, 10, false, 0)]);
        MeasuredModel active = baseModel with { HeldOut = Scaled(scores, 0.8) };

        Assert.True(Gate.JudgeRefresh(items, baseModel, active, baseModel with { HeldOut = Scaled(scores, 0.79) }).Passed);
        Verdict worse = Gate.JudgeRefresh(items, baseModel, active, baseModel with { HeldOut = Scaled(scores, 0.81) });
        AssertRejected(worse, "no better");
        Assert.True(worse.MayPassWeaker, worse.Reason);
        AssertRejected(Gate.JudgeRefresh(items, baseModel, active, new(Scaled(scores, 0.7), [new(12, 10, false, 0)])), "forgets");
    }

    /// <summary>Where two models differ by chance alone, the interval misses zero as seldom as it promises.</summary>
    [Fact]
    public void The_interval_holds_zero_in_nineteen_of_twenty_samples()
    {
        Random random = new(5);
        int missed = 0;
        const int Trials = 200;
        for (int trial = 0; trial < Trials; trial++)
        {
            EvaluationItem[] items = Items(120);
            ItemScore[] one = [.. items.Select(_ => new ItemScore(20 + (10 * random.NextDouble()), 10, random.NextDouble() < 0.2, 0))];
            ItemScore[] two = [.. items.Select(_ => new ItemScore(20 + (10 * random.NextDouble()), 10, random.NextDouble() < 0.2, 0))];
            Comparison comparison = Comparison.Of(items, one, two);
            missed += comparison.BitsInterval.Low > 0 || comparison.BitsInterval.High < 0 ? 1 : 0;
        }

        Assert.InRange(missed, 0, Trials * 0.12);
    }

    [Fact]
    public void The_interval_holds_the_difference_itself() =>
        Gen.Select(Gen.Double[0.5, 1.5], Gen.Int[1, 1000]).Sample((factor, seed) =>
        {
            Random random = new(seed);
            EvaluationItem[] items = Items(50);
            ItemScore[] one = [.. items.Select(_ => new ItemScore(1 + random.NextDouble(), 10, false, 0))];
            Comparison comparison = Comparison.Of(items, one, [.. one.Select(score => score with { Bits = score.Bits * (factor + (0.1 * random.NextDouble())) })]);
            Assert.InRange(comparison.Bits, comparison.BitsInterval.Low - 1e-9, comparison.BitsInterval.High + 1e-9);
        }, iter: 30);

    private static Verdict Judge(int count, Func<(int Index, double Bits), double> bits, Func<int, bool>? exact = null, double forgotten = 1)
    {
        EvaluationItem[] items = Items(count);
        ItemScore[] reference = [.. items.Select((_, i) => Score(i))];
        ItemScore[] candidate = [.. reference.Select((score, i) => score with { Bits = bits((i, score.Bits)), ExactMatch = exact?.Invoke(i) ?? score.ExactMatch })];
        return Gate.Judge(items, new(reference, [new(10, 10, false, 0)]), null, new(candidate, [new(10 * forgotten, 10, false, 0)]));
    }

    private static void AssertRejected(Verdict verdict, string reason)
    {
        Assert.False(verdict.Passed, verdict.Reason);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
    }

    private static ItemScore Score(int i) => new(5 + (i % 7), 10, i % 3 == 0, 0.5);

    private static ItemScore[] Scaled(ItemScore[] scores, double factor) => [.. scores.Select(score => score with { Bits = score.Bits * factor })];

    /// <summary>Six of each change.</summary>
    private static EvaluationItem[] Items(int count) => [.. Enumerable.Range(0, count).Select(i => new EvaluationItem("a.py", "c", $"c:{i / 6}", [1], [2], "", "x", true, new("", new(0, 0))))];
}
