using System.Globalization;
using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Decides whether a candidate is served: only what was measured to be better, on code that it has not seen.</summary>
internal sealed class Gate(GateOptions options)
{
    /// <param name="active">Null where the base model is served.</param>
    public Verdict Judge(MeasuredModel baseModel, MeasuredModel? active, MeasuredModel candidate, IReadOnlyList<EvaluationItem> items)
    {
        if (items.Count < options.LeastItems)
        {
            return new(false, Invariant($"There are {items.Count} held-out edits to measure it by, and a verdict needs {options.LeastItems}."));
        }

        Comparison toBase = Comparison.Of(items, baseModel.HeldOut, candidate.HeldOut);
        if (Worse(toBase, "the base model") is { } reason)
        {
            return new(false, reason);
        }

        Comparison? toActive = active is null ? null : Comparison.Of(items, active.HeldOut, candidate.HeldOut);
        if (toActive is not null && Worse(toActive, "the active adapter") is { } reasonOfActive)
        {
            return new(false, reasonOfActive);
        }

        double forgotten = (ItemScore.Sum(candidate.Canary).BitsPerByte / ItemScore.Sum(baseModel.Canary).BitsPerByte) - 1;
        if (!(forgotten <= options.MaxForgotten))
        {
            return new(false, Invariant($"It forgets: general code takes {forgotten:+0.0 %;-0.0 %} bits a byte, and {options.MaxForgotten:0.0 %} are allowed."));
        }

        Comparison shown = toActive ?? toBase;
        string than = toActive is null ? "" : " than the active adapter";
        return new(true, Invariant($"Better{than} on {shown.Better} of {shown.Items} held-out edits: {shown.ExactMatch * 100:+0.0;-0.0;0.0} points exact match, {shown.Bits:+0.0 %;-0.0 %;0.0 %} bits a byte ({Interval(shown.BitsInterval)}). General code: {forgotten:+0.0 %;-0.0 %;0.0 %} bits a byte."));
    }

    private static string? Worse(Comparison comparison, string reference)
    {
        // Written so that a loss that is no number is worse, too.
        if (!(comparison.BitsInterval.High < 0))
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
internal sealed record Verdict(bool Passed, string Reason);

/// <summary>What was measured of one model, at the same places as the others.</summary>
internal sealed record MeasuredModel(IReadOnlyList<ItemScore> HeldOut, IReadOnlyList<ItemScore> Canary);
