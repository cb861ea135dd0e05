using System.Globalization;
using LibGit2Sharp;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Daemon.Training;
using LocalCopilot.Protocol;
using LocalCopilot.Training;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>One round of learning, from top to bottom: history, samples, training, gate, activation.</summary>
/// <remarks>
/// A round either learns all of a history, beginning from the base model, or goes on from the active adapter and learns what is new.
/// Everything until the verdict can be interrupted at any moment, by a request, a crash or a power cut, and goes on from what it has
/// kept: read commits and contexts in the sample store, the worker's checkpoint and the candidate in the run's folder. Nothing is
/// served before the gate has passed it, and what is served changes in one transaction. A refresh that is interrupted is not taken up again.
/// </remarks>
internal sealed partial class AdaptationRun(
    IInferenceEngine engine,
    AdapterStore adapters,
    SampleCollector collector,
    CandidateTraining training,
    RecipeChoice recipeFor,
    CandidateMeasurement measurement,
    Refresh refresh,
    LocalCopilotPaths paths,
    LocalCopilotOptions options,
    TimeProvider time,
    ILogger<AdaptationRun> logger)
{
    /// <summary>Fewer samples teach a model their own words, and nothing of the repository.</summary>
    private const int LeastTraining = 48;

    /// <param name="stage">Told what it is doing; called on any thread, one at a time.</param>
    /// <exception cref="LibGit2SharpException">The repository is damaged, or there is no such commit.</exception>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next round of the repository goes on.</exception>
    public async Task<AdaptationResult> RunAsync(AdaptationRequest request, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        long begin = time.GetTimestamp();
        string repository = RepositoryKey.Of(request.Root);
        stage(new(RepositoryState.Collecting, "Loading the model"));
        using DetachedModel detached = DetachedModel.Of(await engine.GetModelAsync(cancellationToken));
        ServedModel model = detached.Model;
        if (WhyNotTrainable(model) is { } untrainable)
        {
            return new() { Outcome = AdaptationOutcome.Failed, Reason = untrainable, Samples = NoSamples, TrainedTokens = 0, DurationMs = 0 };
        }

        IReadOnlyList<LearningRound> rounds = adapters.Catalogue.Rounds(repository, model.Fingerprint);
        StoredAdapter? active = adapters.Active(repository, model.Fingerprint);
        AdaptationRecipe recipe = recipeFor(model);
        StoredAdapter? beginning = Beginning(request, rounds, active);
        RunPlan plan = Plan(request, repository, model, beginning);
        RunFolder folder = RunFolder.Open(paths, repository, plan);
        double speed = Speed(rounds, model);
        long tokens = (long)(speed * plan.BudgetMs / 1000);
        string? refusal = null;
        AdaptationOutcome refused = AdaptationOutcome.NotEnoughSamples;
        CollectedSamples collected = await LowPriority.RunAsync(
            () => collector.Collect(folder, model, recipe, rounds is [{ } last, ..] ? last.Head : null, tokens, IsEnough, stage, cancellationToken));
        if (refusal is not null)
        {
            folder.Delete();
            return active is not null && beginning is null && request.From is null
                ? await RunAsync(request with { From = AdaptationStart.Active }, stage, cancellationToken)
                : End(new() { Outcome = refused, Reason = refusal, Samples = collected.Counts, TrainedTokens = 0, DurationMs = 0 });
        }

        try
        {
            return beginning is null ? await LearnAllAsync() : await LearnNewAsync();
        }
        catch (TrainingFailedException exception)
        {
            folder.Delete();
            return End(new() { Outcome = AdaptationOutcome.Failed, Reason = exception.Message, Samples = collected.Counts, TrainedTokens = 0, DurationMs = 0 });
        }

        async Task<AdaptationResult> LearnAllAsync()
        {
            var (candidate, trainedTokens) = await TrainAsync(folder, model, recipe, collected.Written!.Value, tokens, stage, cancellationToken);
            (string file, MeasuredCandidate measured, Verdict verdict) = await measurement.JudgeAsync(
                candidate.File, null, active is null ? null : adapters.FileOf(active), collected.HeldOut, (gate, measured) => gate.Judge(measured.HeldOut, measured.Base, measured.Active, measured.Candidate), stage, cancellationToken);
            StoredAdapter stored = adapters.Add(file, (id, bytes) => new(
                id, repository, request.Root, model.Id, model.Fingerprint, time.GetLocalNow(), collected.Selected.TrainedThrough!.Sha,
                recipe.Lora.Rank, recipe.Lora.Alpha, candidate.Parameters, bytes, verdict.Passed ? null : verdict.Reason, measured.ToProtocol()));
            AdaptationResult result = new()
            {
                Outcome = verdict.Passed ? AdaptationOutcome.Activated : AdaptationOutcome.Rejected,
                Reason = verdict.Reason,
                Adapter = stored.ToProtocol(isActive: verdict.Passed),
                Samples = collected.Counts,
                Evaluation = measured.ToProtocol(),
                TrainedTokens = trainedTokens,
                DurationMs = 0,
            };
            if (verdict.Passed)
            {
                await engine.LoadAdapterAsync(adapters.FileOf(stored), cancellationToken);
                adapters.Activate(stored);
            }

            folder.Delete();
            if (verdict.Passed && await RefreshAsync(stored) is { } refreshed)
            {
                result = result with { Reason = $"{verdict.Reason} {refreshed.Verdict.Reason}", Adapter = refreshed.Adapter!.ToProtocol(isActive: true) };
            }

            return End(result, candidate.TokensPerSecond);
        }

        async Task<RefreshResult?> RefreshAsync(StoredAdapter passed)
        {
            RunFolder again = RunFolder.Open(paths, repository, plan with { Beginning = passed.Id, Steps = null, IsRefresh = true });
            try
            {
                return await refresh.RunAsync(again, passed, model, recipe, collected, stage, cancellationToken) is { Adapter: not null } refreshed ? refreshed : null;
            }
            catch (TrainingFailedException exception)
            {
                Log.NotRefreshed(logger, repository, exception.Message);
                return null;
            }
            finally
            {
                again.Delete();
            }
        }

        async Task<AdaptationResult> LearnNewAsync()
        {
            RefreshResult refreshed = await refresh.RunAsync(folder, beginning, model, recipe, collected, stage, cancellationToken);
            folder.Delete();
            return End(
                new()
                {
                    Outcome = refreshed.Adapter is null ? AdaptationOutcome.Rejected : AdaptationOutcome.Activated,
                    Reason = refreshed.Verdict.Reason,
                    Adapter = refreshed.Adapter?.ToProtocol(isActive: true),
                    Samples = (collected with { Written = refreshed.Written }).Counts,
                    Evaluation = refreshed.Measured?.ToProtocol(),
                    TrainedTokens = refreshed.Tokens,
                    DurationMs = 0,
                },
                refreshed.TokensPerSecond);
        }

        bool IsEnough(int newSamples, SelectedSamples selected)
        {
            if (rounds is [{ } previous, ..] && plan.Head == previous.Head && !request.Force)
            {
                (refused, refusal) = (AdaptationOutcome.UpToDate, "The last round has seen the newest commit already. `--force` learns it again.");
            }
            else if (rounds.Count > 0 && newSamples < Needed(options.Adaptation, active is not null) && !request.Force)
            {
                refusal = Invariant($"{newSamples} new samples, and a round waits for {Needed(options.Adaptation, active is not null)}. `--force` does not wait.");
            }
            else if (beginning is not null && selected.HeldOut.Count < Refresh.LeastEdits)
            {
                refusal = Invariant($"{selected.HeldOut.Count} edits are new to the active adapter, and {Refresh.LeastEdits} are needed, some to learn and some to measure by. More commits with code are.");
            }
            else if (beginning is null && (selected.HeldOut.Count < options.Gate.LeastItems || selected.Training.Count < LeastTraining))
            {
                refusal = Invariant($"The history gives {selected.Training.Count} samples to learn and {selected.HeldOut.Count} newer ones to measure by; {LeastTraining} and {options.Gate.LeastItems} are needed. More commits with code are.");
            }

            return refusal is null;
        }

        AdaptationResult End(AdaptationResult result, double? measuredSpeed = null)
        {
            if (result.Outcome is not (AdaptationOutcome.UpToDate or AdaptationOutcome.NotEnoughSamples))
            {
                adapters.Catalogue.AddRound(new(repository, model.Fingerprint, time.GetLocalNow(), result.Outcome, result.Reason, plan.Head, plan.Beginning is null, measuredSpeed));
            }

            Log.Ended(logger, repository, result.Outcome, result.Reason);
            return result with { DurationMs = (long)time.GetElapsedTime(begin).TotalMilliseconds };
        }
    }

    /// <summary>New samples that a round waits for when nobody asks for one: there are fewer to learn for an adapter that has learned the others.</summary>
    public static int Needed(AdaptationOptions options, bool goesOn) => goesOn ? Math.Min(options.SamplesNeeded, Refresh.LeastEdits) : options.SamplesNeeded;

    private static SampleCounts NoSamples { get; } = new(0, 0, new Dictionary<string, int>());

    private static string? WhyNotTrainable(ServedModel model)
    {
        try
        {
            LoraModel.Check(model.Path);
            return null;
        }
        catch (TrainingException exception)
        {
            return exception.Message;
        }
    }

    private StoredAdapter? Beginning(AdaptationRequest request, IReadOnlyList<LearningRound> rounds, StoredAdapter? active)
    {
        bool isTimeForFresh = rounds.Count >= options.Adaptation.FreshEvery && rounds.Take(options.Adaptation.FreshEvery).All(round => !round.Fresh);
        return request.From == AdaptationStart.Base || (request.From is null && isTimeForFresh) ? null : active;
    }

    /// <summary>The interrupted round's, where it is still what is asked for.</summary>
    private RunPlan Plan(AdaptationRequest request, string repository, ServedModel model, StoredAdapter? beginning)
    {
        using Repository git = new(request.Root);
        string head = request.Until is { } until
            ? (git.Lookup<Commit>(until) ?? throw new NotFoundException($"There is no commit {until}.")).Sha
            : git.Head.Tip?.Sha ?? throw new NotFoundException($"{request.Root} has no commits yet.");
        RunPlan plan = new(request.Root, model.Fingerprint, head, beginning?.Id, (long)(request.Budget ?? options.Adaptation.Budget).TotalMilliseconds);
        return request.Until is null
            && RunFolder.Interrupted(paths, repository) is { } interrupted
            && git.Lookup<Commit>(interrupted.Head) is not null
            && interrupted with { Head = head, Steps = null } == plan ? interrupted : plan;
    }

    /// <returns>Tokens trained a second.</returns>
    private static double Speed(IReadOnlyList<LearningRound> rounds, ServedModel model) =>
        rounds.FirstOrDefault(round => round.TokensPerSecond is not null)?.TokensPerSecond ?? AdaptationRecipe.ExpectedSpeed(model);

    /// <returns>Tokens are those that were trained.</returns>
    private async Task<(TrainedCandidate Candidate, long Tokens)> TrainAsync(RunFolder folder, ServedModel model, AdaptationRecipe recipe, WrittenSamples written, long tokens, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        if (folder.Plan.Steps is null)
        {
            double perStep = (double)written.Tokens / written.Count * recipe.Training.SamplesPerStep;
            double epochs = recipe.MostEpochs * written.Count / recipe.Training.SamplesPerStep;
            folder.SetSteps((int)Math.Max(4, Math.Min(epochs, tokens / perStep)));
        }

        TrainedCandidate candidate = await training.RunAsync(folder, model, recipe.Lora, recipe.Training with { MaxSteps = folder.Plan.Steps }, stage, cancellationToken);
        return (candidate, (long)((double)written.Tokens / written.Count * recipe.Training.SamplesPerStep * folder.Plan.Steps!.Value));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The newest commits of {Repository} could not be learned: {Reason}")]
        public static partial void NotRefreshed(ILogger logger, string repository, string reason);

        [LoggerMessage(LogLevel.Information, "A round of learning of {Repository} ended: {Outcome}. {Reason}")]
        public static partial void Ended(ILogger logger, string repository, AdaptationOutcome outcome, string reason);
    }
}
