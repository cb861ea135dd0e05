using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Daemon.Training;
using LocalCopilot.Training.Optimization;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>
/// Lets an adapter learn what is new to it, the newest commits: what its user works on. It is served if it is no worse on the part of
/// them that was kept from it, and stays as it was else.
/// </summary>
internal sealed partial class Refresh(
    AdapterStore adapters,
    Activation activation,
    SampleCollector collector,
    CandidateTraining training,
    CandidateMeasurement measurement,
    TimeProvider time,
    ILogger<Refresh> logger)
{
    /// <summary>One edit in so many is kept from it, to measure it by.</summary>
    private const int KeptOneIn = 3;

    /// <summary>Edits that must be kept, at least.</summary>
    private const int LeastKept = 12;

    /// <summary>Edits that are new to the adapter, at least: half as many to learn as are kept.</summary>
    public const int LeastEdits = LeastKept * 3 / 2;

    /// <summary>What is new is often little, and takes so many steps to be known by heart.</summary>
    private const int LeastSteps = 60;

    /// <param name="folder">Of the round: what goes on there must begin from <paramref name="beginning"/>.</param>
    /// <param name="collected">Its held-out part is what is new to the adapter.</param>
    /// <exception cref="TrainingFailedException">The model, the samples or the memory do not do, or the worker crashes again and again.</exception>
    /// <exception cref="ModelReplacedException">Another model was selected meanwhile; with the same folder it goes on.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; with the same folder it goes on.</exception>
    public async Task<RefreshResult> RunAsync(RunFolder folder, StoredAdapter beginning, ServedModel model, AdaptationRecipe recipe, CollectedSamples collected, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        HashSet<string> keptChanges = Keep(collected.HeldOut);
        EvaluationItem[] kept = [.. collected.HeldOut.Where(item => keptChanges.Contains(item.Change))];
        Sample[] learned = [.. collected.Selected.HeldOut.Where(sample => !keptChanges.Contains(EvaluationItem.ChangeOf(sample)))];
        if (learned.Length == 0)
        {
            return new(null, new(false, "What is new is one change only, and there is none to measure by."), null, null, 0, null);
        }

        Sample[] replayed = [.. collected.Selected.Training.Take(learned.Length)];
        WrittenSamples written = await LowPriority.RunAsync(() => collector.Write(folder, model, recipe, [.. learned, .. replayed], cancellationToken));
        TrainingRecipe pace = recipe.Training with
        {
            LearningRate = recipe.Training.LearningRate * recipe.RefreshRate,
            FinalStrength = 1,
            MaxSteps = Math.Max(LeastSteps, (int)(written.Count * recipe.RefreshEpochs / recipe.Training.SamplesPerStep)),
        };
        AdapterFile served = adapters.FileOf(beginning);
        TrainedCandidate candidate = await training.RunAsync(folder, model, served, recipe.Lora, pace, stage, cancellationToken);
        var (file, measured, verdict) = await measurement.JudgeAsync(
            model, candidate.File, served, served, kept, (gate, measured) => gate.JudgeRefresh(kept, measured.Base, measured.Active!, measured.Candidate), stage, cancellationToken);
        Log.Judged(logger, beginning.Repository, verdict.Passed, verdict.Reason);
        if (verdict.Passed)
        {
            // Before it can be served: what it has seen must never be held out again.
            collector.MarkTrained(folder, learned);
        }

        StoredAdapter refreshed = adapters.Add(file, (id, bytes) => beginning with
        {
            Id = id,
            Bytes = bytes,
            CreatedAt = time.GetLocalNow(),
            TrainedThrough = folder.Plan.Head,
            Evaluation = measured.ToProtocol(),
            Rejected = verdict.Passed ? null : verdict.Reason,
        });
        verdict = await activation.ServeAsync(model, refreshed, beginning, verdict, folder.Plan.IsRefresh, cancellationToken);
        return new(refreshed, verdict, measured, written, (long)(written.TokensPerSample * recipe.Training.SamplesPerStep * pace.MaxSteps.Value), candidate.TokensPerSecond);
    }

    /// <summary>Changes with a part of the edits, drawn whole, and always the same of the same.</summary>
    private static HashSet<string> Keep(IReadOnlyList<EvaluationItem> items)
    {
        HashSet<string> changes = [];
        int wanted = Math.Max(LeastKept, (items.Count + KeptOneIn - 1) / KeptOneIn);
        int kept = 0;
        foreach (var change in items.CountBy(item => item.Change).OrderBy(change => StableHash.Of(change.Key)).TakeWhile(_ => kept < wanted))
        {
            changes.Add(change.Key);
            kept += change.Value;
        }

        return changes;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The newest commits of {Repository} were learned: passed {Passed}. {Reason}")]
        public static partial void Judged(ILogger logger, string repository, bool passed, string reason);
    }
}

/// <param name="Adapter">What is served now or, where it was rejected, kept; null: nothing was trained.</param>
/// <param name="Measured">Null where nothing was trained.</param>
/// <param name="Written">What it learned, with what was replayed; null: nothing.</param>
/// <param name="Tokens">That were trained.</param>
internal sealed record RefreshResult(StoredAdapter? Adapter, Verdict Verdict, MeasuredCandidate? Measured, WrittenSamples? Written, long Tokens, double? TokensPerSecond);
