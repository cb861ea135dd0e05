using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Measures a candidate beside the base model and what is active, on held-out edits and on general code.</summary>
internal sealed class CandidateMeasurement(IInferenceEngine engine, LocalCopilotOptions options, TimeProvider time)
{
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
