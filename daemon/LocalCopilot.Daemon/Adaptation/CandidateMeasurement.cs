using System.Globalization;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Protocol;
using LocalCopilot.Training.Adapters;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Measures a candidate beside the base model and what is active, on held-out edits and on general code, and has the gate judge it.</summary>
internal sealed class CandidateMeasurement(IInferenceEngine engine, LocalCopilotOptions options, TimeProvider time)
{
    /// <summary>Halvings of the strengths between none and all that are left, in search of the greatest that forgets no more than is allowed: a sixteenth at the end.</summary>
    private const int Halvings = 4;

    /// <summary>With less of its strength it has learned next to nothing, and what it was to learn should stay new.</summary>
    private const double LeastStrength = 0.25;

    private readonly Gate _gate = new(options.Gate);

    /// <summary>Where a candidate is rejected and a weaker one may pass, weaker ones are tried in its place.</summary>
    /// <param name="model">What all of them belong to.</param>
    /// <param name="candidate">The adapter's file; weaker ones are put beside it.</param>
    /// <param name="beginning">What it was trained from; null: the base model.</param>
    /// <param name="active">Null: the base model.</param>
    /// <param name="judge">What the gate looks at.</param>
    /// <returns>The candidate or, where it was rejected, a weaker one that has passed, if there is one.</returns>
    /// <exception cref="AdapterUnavailableException">An adapter cannot be loaded.</exception>
    /// <exception cref="ModelReplacedException">Another model was selected meanwhile.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<JudgedCandidate> JudgeAsync(
        ServedModel model, string candidate, AdapterFile? beginning, AdapterFile? active, IReadOnlyList<EvaluationItem> heldOut, Func<Gate, MeasuredCandidate, Verdict> judge, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        IReadOnlyList<EvaluationItem> canary = Canary(model);
        MeasuredCandidate measured = await MeasureAsync(model, candidate, active, heldOut, canary, stage, cancellationToken);
        JudgedCandidate whole = new(candidate, measured, judge(_gate, measured));
        if (!whole.Verdict.MayPassWeaker)
        {
            return whole;
        }

        // Back towards nothing, and towards what it was trained from: the second keeps more of what was known, unless it keeps too little of what is new.
        JudgedCandidate? weakened = await WeakenAsync("of its strength", (file, strength) => AdapterStrength.Scale(candidate, file, strength));
        JudgedCandidate? nearer = beginning is null ? null : await WeakenAsync("of what it learned", (file, share) => AdapterStrength.Between(beginning.Path, candidate, file, share));
        bool keepsTooLittle = weakened is not null && nearer is not null && Comparison.Of(heldOut, nearer.Measured.Candidate.HeldOut, weakened.Measured.Candidate.HeldOut).BitsInterval.High < 0;
        return (keepsTooLittle ? weakened : nearer ?? weakened) ?? whole;

        async Task<JudgedCandidate?> WeakenAsync(string how, Action<string, double> write)
        {
            Scoring scoring = new(new(engine, model, options.Completion), time, stage, ((Halvings + 1) * canary.Count) + (2 * heldOut.Count), cancellationToken);
            Dictionary<double, IReadOnlyList<ItemScore>> remembered = [];
            double strength = 0;
            for (double more = 0.5; more >= Math.Pow(0.5, Halvings); more /= 2)
            {
                double tried = strength + more;
                AdapterFile weaker = Weaker(tried);
                remembered[tried] = await scoring.OfAsync(canary, weaker);
                File.Delete(weaker.Path);
                strength = _gate.Forgets(measured.Base.Canary, remembered[tried]) ? strength : tried;
            }

            for (; strength >= LeastStrength; strength /= 2)
            {
                AdapterFile weaker = Weaker(strength);
                MeasuredCandidate again = measured with { Candidate = new(await scoring.OfAsync(heldOut, weaker), remembered.GetValueOrDefault(strength) ?? await scoring.OfAsync(canary, weaker)) };
                Verdict verdict = judge(_gate, again);
                if (verdict.Passed)
                {
                    return new(weaker.Path, again, verdict with { Reason = Invariant($"{verdict.Reason} It did not pass as it was trained, and is served at {strength:0 %} {how}.") });
                }

                File.Delete(weaker.Path);
                if (!verdict.MayPassWeaker)
                {
                    return null;
                }
            }

            return null;

            AdapterFile Weaker(double part)
            {
                string file = Invariant($"{candidate}.{part}-{how.Replace(' ', '-')}");
                write(file, part);
                return Candidate(file);
            }
        }
    }

    private async Task<MeasuredCandidate> MeasureAsync(
        ServedModel model, string candidate, AdapterFile? active, IReadOnlyList<EvaluationItem> heldOut, IReadOnlyList<EvaluationItem> canary, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        Scoring scoring = new(new(engine, model, options.Completion), time, stage, (2 * (heldOut.Count + canary.Count)) + (active is null ? 0 : heldOut.Count), cancellationToken);
        return new(
            heldOut,
            new(await scoring.OfAsync(heldOut, null), await scoring.OfAsync(canary, null)),
            active is null ? null : new(await scoring.OfAsync(heldOut, active), []),
            new(await scoring.OfAsync(heldOut, Candidate(candidate)), await scoring.OfAsync(canary, Candidate(candidate))));
    }

    private static AdapterFile Candidate(string file) => new($"candidate:{file}", file);

    private IReadOnlyList<EvaluationItem> Canary(ServedModel model)
    {
        PromptBuilder builder = new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary));
        return CanarySet.Load(CanarySet.File, options.Gate.CanaryItems, model.Vocabulary, builder, PromptBudget.Of(model.ContextTokens, 0, options.Completion));
    }

    /// <summary>Scores items, and says how far it is.</summary>
    /// <param name="all">Items that will be scored.</param>
    private sealed class Scoring(ItemScorer scorer, TimeProvider time, Action<AdaptationStage> stage, int all, CancellationToken cancellationToken)
    {
        private readonly long _begin = time.GetTimestamp();
        private int _done;

        /// <param name="adapter">Null: the base model.</param>
        public Task<IReadOnlyList<ItemScore>> OfAsync(IReadOnlyList<EvaluationItem> items, AdapterFile? adapter) => scorer.ScoreAsync(items, adapter, Report, cancellationToken);

        private void Report()
        {
            _done++;
            double passed = time.GetElapsedTime(_begin).TotalMilliseconds;
            stage(new(RepositoryState.Evaluating, "Measuring it on code that it has not seen", new(_done, all, RemainingMs: (long)(passed * (all - _done) / _done))));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What was measured.</summary>
/// <param name="Active">Null: the base model is active.</param>
internal sealed record MeasuredCandidate(IReadOnlyList<EvaluationItem> HeldOut, MeasuredModel Base, MeasuredModel? Active, MeasuredModel Candidate)
{
    public Protocol.Evaluation ToProtocol() => new()
    {
        Items = HeldOut.Count,
        Base = ItemScore.Sum(Base.HeldOut),
        Active = Active is null ? null : ItemScore.Sum(Active.HeldOut),
        Candidate = ItemScore.Sum(Candidate.HeldOut),
        Canary = new(ItemScore.Sum(Base.Canary), ItemScore.Sum(Candidate.Canary)),
    };
}

/// <param name="File">The adapter that was judged: the candidate's, or a weaker one's.</param>
internal sealed record JudgedCandidate(string File, MeasuredCandidate Measured, Verdict Verdict);
