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
    /// <summary>Parts of its strength at which a candidate that forgets too much is tried, one after the other.</summary>
    private static readonly double[] WeakerStrengths = [0.8, 0.6, 0.35, 0.2];

    private readonly Gate _gate = new(options.Gate);

    /// <summary>Where a candidate is rejected for what it forgets, and that alone, weaker ones are tried in its place.</summary>
    /// <param name="candidate">The adapter's file; weaker ones are put beside it.</param>
    /// <param name="beginning">What it was trained from; null: the base model.</param>
    /// <param name="active">Null: the base model.</param>
    /// <param name="judge">What the gate looks at.</param>
    /// <returns>The candidate or, where it forgets, the best of the weaker ones that have passed, if there is one.</returns>
    /// <exception cref="AdapterUnavailableException">An adapter cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<(string File, MeasuredCandidate Measured, Verdict Verdict)> JudgeAsync(
        string candidate, AdapterFile? beginning, AdapterFile? active, IReadOnlyList<EvaluationItem> heldOut, Func<Gate, MeasuredCandidate, Verdict> judge, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        MeasuredCandidate measured = await MeasureAsync(new($"candidate:{candidate}", candidate), active, heldOut, null, stage, cancellationToken);
        Verdict verdict = judge(_gate, measured);
        if (!verdict.Forgets)
        {
            return (candidate, measured, verdict);
        }

        // Back towards nothing, and towards what it was trained from: which of both keeps more differs.
        var weakened = await WeakenAsync("of its strength", (file, strength) => AdapterStrength.Scale(candidate, file, strength));
        var nearer = beginning is null ? null : await WeakenAsync("of what it learned", (file, share) => AdapterStrength.Between(beginning.Path, candidate, file, share));
        return (weakened, nearer) switch
        {
            ({ } one, { } other) => ItemScore.Sum(one.Measured.Candidate.HeldOut).BitsPerByte <= ItemScore.Sum(other.Measured.Candidate.HeldOut).BitsPerByte ? one : other,
            _ => weakened ?? nearer ?? (candidate, measured, verdict),
        };

        async Task<(string File, MeasuredCandidate Measured, Verdict Verdict)?> WeakenAsync(string how, Action<string, double> write)
        {
            foreach (double strength in WeakerStrengths)
            {
                string file = Invariant($"{candidate}.{strength}-{how.Replace(' ', '-')}");
                write(file, strength);
                MeasuredCandidate again = await MeasureAsync(new($"candidate:{file}", file), active, heldOut, measured, stage, cancellationToken);
                Verdict judged = judge(_gate, again);
                if (judged.Passed)
                {
                    return (file, again, judged with { Reason = Invariant($"{judged.Reason} It forgot too much as it was trained, and is served at {strength:0 %} {how}.") });
                }

                if (!judged.Forgets)
                {
                    return null;
                }
            }

            return null;
        }
    }

    /// <param name="active">Null: the base model.</param>
    /// <param name="known">What was measured of another candidate in the same place: base and active are not measured again; null: nothing.</param>
    /// <exception cref="AdapterUnavailableException">An adapter cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<MeasuredCandidate> MeasureAsync(AdapterFile candidate, AdapterFile? active, IReadOnlyList<EvaluationItem> heldOut, MeasuredCandidate? known, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        ServedModel model = await engine.GetModelAsync(cancellationToken);
        PromptBuilder builder = new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary));
        IReadOnlyList<EvaluationItem> canary = CanarySet.Load(CanarySet.File, options.Gate.CanaryItems, model.Vocabulary, builder, PromptBudget.Of(model.ContextTokens, 0, options.Completion));
        int one = heldOut.Count + canary.Count;
        int all = known is not null ? one : (2 * one) + (active is null ? 0 : heldOut.Count);
        int done = 0;
        long begin = time.GetTimestamp();
        ItemScorer scorer = new(engine, options.Completion);
        return new(
            heldOut,
            known?.Base ?? new(await ScoreAsync(heldOut, null), await ScoreAsync(canary, null)),
            known is not null ? known.Active : active is null ? null : new(await ScoreAsync(heldOut, active), []),
            new(await ScoreAsync(heldOut, candidate), await ScoreAsync(canary, candidate)));

        Task<IReadOnlyList<ItemScore>> ScoreAsync(IReadOnlyList<EvaluationItem> items, AdapterFile? adapter) => scorer.ScoreAsync(items, adapter, Report, cancellationToken);

        void Report()
        {
            done++;
            double passed = time.GetElapsedTime(begin).TotalMilliseconds;
            stage(new(RepositoryState.Evaluating, "Measuring it on code that it has not seen", new(done, all, RemainingMs: (long)(passed * (all - done) / done))));
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
