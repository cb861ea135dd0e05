using System.Globalization;
using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Decides whether a candidate is served: only what was measured to be better, on code that it has not seen.</summary>
internal sealed class Gate(GateOptions options)
{
    /// <param name="active">Null where the base model is served.</param>
    public Verdict Judge(IReadOnlyList<EvaluationItem> items, MeasuredModel baseModel, MeasuredModel? active, MeasuredModel candidate)
    {
        if (items.Count < options.LeastItems)
        {
            return new(false, Invariant($"There are {items.Count} held-out edits to measure it by, and a verdict needs {options.LeastItems}."));
        }

        Comparison toBase = Comparison.Of(items, baseModel.HeldOut, candidate.HeldOut);
        Comparison? toActive = active is null ? null : Comparison.Of(items, active.HeldOut, candidate.HeldOut);
        if ((NotBetter(toBase, "the base model") ?? (toActive is null ? null : NotBetter(toActive, "the active adapter"))) is { } reason)
        {
            return new(false, reason);
        }

        if (WhyForgetful(baseModel, candidate) is { } forgets)
        {
            return new(false, forgets, MayPassWeaker: true);
        }

        Comparison shown = toActive ?? toBase;
        string than = toActive is null ? "" : " than the active adapter";
        return new(true, Invariant($"Better{than} on {shown.Better} of {shown.Items} held-out edits: {shown.ExactMatch * 100:+0.0;-0.0;0.0} points exact match, {shown.Bits:+0.0 %;-0.0 %;0.0 %} bits a byte ({Interval(shown.BitsInterval)}). General code: {Forgotten(baseModel.Canary, candidate.Canary):+0.0 %;-0.0 %;0.0 %} bits a byte."));
    }

    /// <summary>Judges an adapter that has learned some more, the newest commits, than the active one, by the part of them that it has not seen.</summary>
    public Verdict JudgeRefresh(IReadOnlyList<EvaluationItem> items, MeasuredModel baseModel, MeasuredModel active, MeasuredModel candidate)
    {
        Comparison toActive = Comparison.Of(items, active.HeldOut, candidate.HeldOut);
        if (!(toActive.Bits <= 0) || toActive.ExactMatchInterval.High < 0)
        {
            return new(false, Invariant($"It is no better than the active adapter on {items.Count} edits beside those: {toActive.Bits:+0.0 %;-0.0 %;0.0 %} bits a byte."), MayPassWeaker: true);
        }

        if (NotBetter(Comparison.Of(items, baseModel.HeldOut, candidate.HeldOut), "the base model") is { } reason)
        {
            return new(false, reason);
        }

        return WhyForgetful(baseModel, candidate) is { } forgets
            ? new(false, forgets, MayPassWeaker: true)
            : new(true, Invariant($"The newest commits are learned: better on {toActive.Better} of {toActive.Items} edits beside those, {toActive.ExactMatch * 100:+0.0;-0.0;0.0} points exact match, {toActive.Bits:+0.0 %;-0.0 %;0.0 %} bits a byte."));
    }

    /// <summary>Whether general code takes more bits than is allowed.</summary>
    public bool Forgets(IReadOnlyList<ItemScore> baseModel, IReadOnlyList<ItemScore> candidate) => !(Forgotten(baseModel, candidate) <= options.MaxForgotten);

    private string? WhyForgetful(MeasuredModel baseModel, MeasuredModel candidate) => !Forgets(baseModel.Canary, candidate.Canary)
        ? null
        : Invariant($"It forgets: general code takes {Forgotten(baseModel.Canary, candidate.Canary):+0.0 %;-0.0 %} bits a byte, and {options.MaxForgotten:0.0 %} are allowed.");

    private static double Forgotten(IReadOnlyList<ItemScore> baseModel, IReadOnlyList<ItemScore> candidate) => (ItemScore.Sum(candidate).BitsPerByte / ItemScore.Sum(baseModel).BitsPerByte) - 1;

    private static string? NotBetter(Comparison comparison, string reference)
    {
        if (!double.IsFinite(comparison.Bits))
        {
            return Invariant($"It is broken: what it gives on {comparison.Items} held-out edits is no number, beside {reference}.");
        }

        if (comparison.BitsInterval.High >= 0)
        {
            string what = comparison.BitsInterval.Low > 0 ? "It is worse than" : "It is not measurably better than";
            return Invariant($"{what} {reference} on {comparison.Items} held-out edits: {comparison.Bits:+0.0 %;-0.0 %;0.0 %} bits a byte ({Interval(comparison.BitsInterval)}), {comparison.ExactMatch * 100:+0.0;-0.0;0.0} points exact match.");
        }

        return comparison.ExactMatchInterval.High < 0
            ? Invariant($"It completes less than {reference} on {comparison.Items} held-out edits: {comparison.ExactMatch * 100:+0.0;-0.0;0.0} points exact match, with {comparison.Bits:+0.0 %;-0.0 %;0.0 %} bits a byte.")
            : null;
    }

    private static string Interval((double Low, double High) interval) => Invariant($"95 %: {interval.Low:+0.0 %;-0.0 %;0.0 %} to {interval.High:+0.0 %;-0.0 %;0.0 %}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Reason">For people: what was measured, or what stands in the way.</param>
/// <param name="MayPassWeaker">Whether it was rejected for what it forgets alone, or went further from what is active than was good.</param>
internal sealed record Verdict(bool Passed, string Reason, bool MayPassWeaker = false);

/// <summary>What was measured of one model, at the same places as the others.</summary>
internal sealed record MeasuredModel(IReadOnlyList<ItemScore> HeldOut, IReadOnlyList<ItemScore> Canary);
