using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Daemon.Training;
using LocalCopilot.Training.Optimization;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>
/// Lets an adapter that has passed learn the commits that it was measured by: what is newest is what its user works on. It is served
/// if it is no worse on the part of them that was kept from it, and stays as it was else.
/// </summary>
internal sealed partial class Refresh(
    IInferenceEngine engine,
    AdapterStore adapters,
    SampleCollector collector,
    CandidateTraining training,
    CandidateMeasurement measurement,
    LocalCopilotPaths paths,
    TimeProvider time,
    ILogger<Refresh> logger)
{
    /// <summary>One change in so many is kept from it, to measure it by.</summary>
    private const int KeptOneIn = 3;

    /// <summary>Edits that must be kept, at least.</summary>
    private const int LeastKept = 12;

    /// <returns>The refreshed adapter and why it is served; null: it is not.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; it is not taken up again.</exception>
    public async Task<(StoredAdapter Adapter, string Reason)?> RunAsync(StoredAdapter passed, RunPlan plan, ServedModel model, AdaptationRecipe recipe, CollectedSamples collected, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        EvaluationItem[] kept = [.. collected.HeldOut.Where(item => IsKept(item.Change))];
        Sample[] learned = [.. collected.Selected.HeldOut.Where(sample => !IsKept($"{sample.Commit.Sha}:{sample.Path}"))];
        if (kept.Length < LeastKept || learned.Length == 0)
        {
            return null;
        }

        RunFolder folder = RunFolder.Open(paths, passed.Repository, plan with { Beginning = passed.Id, Steps = null, IsRefresh = true });
        try
        {
            Sample[] replayed = [.. collected.Selected.Training.Take(learned.Length)];
            await LowPriority.RunAsync(() => collector.Write(folder, model, recipe, [.. learned, .. replayed], cancellationToken));
            TrainingRecipe gentler = recipe.Training with
            {
                LearningRate = recipe.Training.LearningRate * recipe.RefreshRate,
                MaxSteps = Math.Max(2, (int)((learned.Length + replayed.Length) * recipe.RefreshEpochs / recipe.Training.SamplesPerStep)),
            };
            TrainedCandidate candidate = await training.RunAsync(folder, model, recipe.Lora, gentler, stage, cancellationToken);
            (string file, MeasuredCandidate measured, Verdict verdict) = await measurement.JudgeAsync(
                candidate.File, adapters.FileOf(passed), kept, (gate, measured) => gate.JudgeRefresh(kept, measured.Base, measured.Active!, measured.Candidate), stage, cancellationToken);
            Log.Refreshed(logger, passed.Repository, verdict.Passed, verdict.Reason);
            if (!verdict.Passed)
            {
                return null;
            }

            StoredAdapter refreshed = adapters.Add(file, (id, bytes) => passed with { Id = id, Bytes = bytes, CreatedAt = time.GetLocalNow(), TrainedThrough = plan.Head, Evaluation = measured.ToProtocol() });
            await engine.LoadAdapterAsync(adapters.FileOf(refreshed), cancellationToken);
            adapters.Activate(refreshed);
            return (refreshed, verdict.Reason);
        }
        catch (TrainingFailedException exception)
        {
            Log.Refreshed(logger, passed.Repository, false, exception.Message);
            return null;
        }
        finally
        {
            folder.Delete();
        }
    }

    /// <param name="change">A commit and a file.</param>
    private static bool IsKept(string change) => StableHash.Of(change) % KeptOneIn == 0;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Learning the newest commits of {Repository}, too: passed {Passed}. {Reason}")]
        public static partial void Refreshed(ILogger logger, string repository, bool passed, string reason);
    }
}
