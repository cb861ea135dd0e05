using System.Globalization;
using LibGit2Sharp;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
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
    IActiveAdapters served,
    SampleCollector collector,
    CandidateTraining training,
    RecipeChoice recipeFor,
    CandidateMeasurement measurement,
    Activation activation,
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
    /// <exception cref="ModelUnavailableException">The model cannot be loaded, or another was selected meanwhile; when it is selected again, the next round of the repository goes on.</exception>
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
        StoredAdapter? active = await ActiveAsync(repository, model, cancellationToken);
        AdaptationRecipe recipe = recipeFor(model);
        StoredAdapter? beginning = Beginning(request, rounds, active);
        bool mayGoOn = beginning is null && active is not null && request.From is null;
        RunPlan plan = Plan(request, repository, model, beginning);
        RunFolder folder = RunFolder.Open(paths, repository, plan);
        double speed = Speed(rounds, model);
        long tokens = (long)(speed * plan.BudgetMs / 1000);
        (AdaptationOutcome Outcome, string Reason)? refusal = null;
        CollectedSamples collected = await LowPriority.RunAsync(
            () => collector.Collect(folder, model, recipe, rounds is [{ } last, ..] ? last.Head : null, tokens, IsEnough, stage, cancellationToken));
        if (refusal is { } refused)
        {
            folder.Delete();
            return mayGoOn ? await GoOnAsync(request.Force) : End(new() { Outcome = refused.Outcome, Reason = refused.Reason, Samples = collected.Counts, TrainedTokens = 0, DurationMs = 0 });
        }

        Round round = new(request, plan, folder, model, recipe, active, collected, stage);
        try
        {
            var (result, measuredSpeed) = beginning is null ? await LearnAllAsync(round, tokens, cancellationToken) : await LearnNewAsync(round, beginning, cancellationToken);
            folder.Delete();
            result = End(result, measuredSpeed);
            return mayGoOn && result.Outcome == AdaptationOutcome.Rejected && adapters.Active(repository, model.Fingerprint)?.Id == active!.Id ? await GoOnAsync(force: true) : result;
        }
        catch (Exception exception) when (exception is TrainingFailedException or AdapterUnavailableException)
        {
            folder.Delete();
            return End(new() { Outcome = AdaptationOutcome.Failed, Reason = exception.Message, Samples = collected.Counts, TrainedTokens = 0, DurationMs = 0 });
        }

        // Where beginning anew gives nothing better, what is active learns what is new: forced after a verdict, whose round has the newest commit as its head.
        Task<AdaptationResult> GoOnAsync(bool force) => RunAsync(request with { From = AdaptationStart.Active, Force = force }, stage, cancellationToken);

        bool IsEnough(int newSamples, SelectedSamples selected)
        {
            refusal = WhyNot(request, rounds, plan, active, newSamples, selected);
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

    /// <summary>What is served; an adapter whose file is damaged or gone is not any more, as it would not be after the next completion.</summary>
    /// <returns>Null: the base model.</returns>
    private async Task<StoredAdapter?> ActiveAsync(string repository, ServedModel model, CancellationToken cancellationToken)
    {
        while (adapters.Active(repository, model.Fingerprint) is { } active)
        {
            try
            {
                await engine.LoadAdapterAsync(model, adapters.FileOf(active), cancellationToken);
                return active;
            }
            catch (AdapterUnavailableException failure)
            {
                served.Failed(failure);
            }
        }

        return null;
    }

    /// <summary>What is to be said where there is too little for a round; null: there is enough.</summary>
    private (AdaptationOutcome Outcome, string Reason)? WhyNot(AdaptationRequest request, IReadOnlyList<LearningRound> rounds, RunPlan plan, StoredAdapter? active, int newSamples, SelectedSamples selected)
    {
        if (!request.Force && rounds is [{ } previous, ..] && plan.Head == previous.Head)
        {
            return (AdaptationOutcome.UpToDate, "The last round has seen the newest commit already.");
        }

        int needed = Needed(options.Adaptation, active is not null);
        if (!request.Force && rounds.Count > 0 && newSamples < needed)
        {
            return (AdaptationOutcome.NotEnoughSamples, Invariant($"{newSamples} new samples, and a round waits for {needed}. `--force` does not wait."));
        }

        if (plan.Beginning is not null)
        {
            return selected.HeldOut.Count >= Refresh.LeastEdits ? null : (
                AdaptationOutcome.NotEnoughSamples,
                Invariant($"{selected.HeldOut.Count} edits are new to the active adapter, and {Refresh.LeastEdits} are needed, some to learn and some to measure by. More commits with code are."));
        }

        return selected.HeldOut.Count >= options.Gate.LeastItems && selected.Training.Count >= LeastTraining ? null : (
            AdaptationOutcome.NotEnoughSamples,
            Invariant($"The history gives {selected.Training.Count} samples to learn and {selected.HeldOut.Count} newer ones to measure by; {LeastTraining} and {options.Gate.LeastItems} are needed. More commits with code are."));
    }

    /// <summary>Learns a history from the base model, and then, where that is served, the newest commits.</summary>
    private async Task<(AdaptationResult Result, double? TokensPerSecond)> LearnAllAsync(Round round, long tokens, CancellationToken cancellationToken)
    {
        var (candidate, trainedTokens) = await TrainAsync(round, tokens, cancellationToken);
        var (file, measured, verdict) = await measurement.JudgeAsync(
            round.Model,
            candidate.File,
            null,
            round.Active is null ? null : adapters.FileOf(round.Active),
            round.Collected.HeldOut,
            (gate, measured) => gate.Judge(measured.HeldOut, measured.Base, measured.Active, measured.Candidate),
            round.Stage,
            cancellationToken);
        StoredAdapter stored = adapters.Add(file, (id, bytes) => new(
            id, RepositoryKey.Of(round.Request.Root), round.Request.Root, round.Model.Id, round.Model.Fingerprint, time.GetLocalNow(), round.Collected.Selected.TrainedThrough!.Sha,
            round.Recipe.Lora.Rank, round.Recipe.Lora.Alpha, candidate.Parameters, bytes, verdict.Passed ? null : verdict.Reason, measured.ToProtocol()));
        verdict = await activation.ServeAsync(round.Model, stored, round.Active, verdict, isSameStep: false, cancellationToken);
        string reason = verdict.Reason;
        if (verdict.Passed && await RefreshAsync(round, stored, cancellationToken) is { } refreshed)
        {
            stored = refreshed.Adapter!;
            reason = $"{reason} {refreshed.Verdict.Reason}";
        }

        return (
            new()
            {
                Outcome = verdict.Passed ? AdaptationOutcome.Activated : AdaptationOutcome.Rejected,
                Reason = reason,
                Adapter = stored.ToProtocol(isActive: verdict.Passed),
                Samples = round.Collected.Counts,
                Evaluation = measured.ToProtocol(),
                TrainedTokens = trainedTokens,
                DurationMs = 0,
            },
            candidate.TokensPerSecond);
    }

    /// <returns>Null where it is not served.</returns>
    private async Task<RefreshResult?> RefreshAsync(Round round, StoredAdapter passed, CancellationToken cancellationToken)
    {
        // What has passed is in the store, and the round's own folder is of no more use.
        RunFolder folder = RunFolder.Open(paths, passed.Repository, round.Plan with { Beginning = passed.Id, Steps = null, IsRefresh = true });
        try
        {
            RefreshResult refreshed = await refresh.RunAsync(folder, passed, round.Model, round.Recipe, round.Collected, round.Stage, cancellationToken);
            return refreshed.Verdict.Passed ? refreshed : null;
        }
        catch (Exception exception) when (exception is TrainingFailedException or AdapterUnavailableException)
        {
            Log.NotRefreshed(logger, passed.Repository, exception.Message);
            return null;
        }
        finally
        {
            folder.Delete();
        }
    }

    /// <summary>Lets the active adapter learn what is new to it.</summary>
    private async Task<(AdaptationResult Result, double? TokensPerSecond)> LearnNewAsync(Round round, StoredAdapter beginning, CancellationToken cancellationToken)
    {
        RefreshResult refreshed = await refresh.RunAsync(round.Folder, beginning, round.Model, round.Recipe, round.Collected, round.Stage, cancellationToken);
        return (
            new()
            {
                Outcome = refreshed.Verdict.Passed ? AdaptationOutcome.Activated : AdaptationOutcome.Rejected,
                Reason = refreshed.Verdict.Reason,
                Adapter = refreshed.Adapter?.ToProtocol(isActive: refreshed.Verdict.Passed),
                Samples = (round.Collected with { Written = refreshed.Written }).Counts,
                Evaluation = refreshed.Measured?.ToProtocol(),
                TrainedTokens = refreshed.Tokens,
                DurationMs = 0,
            },
            refreshed.TokensPerSecond);
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

    /// <returns>Null: the base model.</returns>
    private StoredAdapter? Beginning(AdaptationRequest request, IReadOnlyList<LearningRound> rounds, StoredAdapter? active)
    {
        if (active is not null && request.From is null && RunFolder.Interrupted(paths, active.Repository)?.Beginning == active.Id)
        {
            return active;
        }

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
    private async Task<(TrainedCandidate Candidate, long Tokens)> TrainAsync(Round round, long tokens, CancellationToken cancellationToken)
    {
        WrittenSamples written = round.Collected.Written!.Value;
        double perStep = written.TokensPerSample * round.Recipe.Training.SamplesPerStep;
        if (round.Folder.Plan.Steps is null)
        {
            double epochs = round.Recipe.MostEpochs * written.Count / round.Recipe.Training.SamplesPerStep;
            round.Folder.SetSteps((int)Math.Max(4, Math.Min(epochs, tokens / perStep)));
        }

        TrainedCandidate candidate = await training.RunAsync(round.Folder, round.Model, null, round.Recipe.Lora, round.Recipe.Training with { MaxSteps = round.Folder.Plan.Steps }, round.Stage, cancellationToken);
        return (candidate, (long)(perStep * round.Folder.Plan.Steps!.Value));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What a round works with, when it is known that there is enough.</summary>
    private sealed record Round(
        AdaptationRequest Request, RunPlan Plan, RunFolder Folder, ServedModel Model, AdaptationRecipe Recipe, StoredAdapter? Active, CollectedSamples Collected, Action<AdaptationStage> Stage);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The newest commits of {Repository} could not be learned: {Reason}")]
        public static partial void NotRefreshed(ILogger logger, string repository, string reason);

        [LoggerMessage(LogLevel.Information, "A round of learning of {Repository} ended: {Outcome}. {Reason}")]
        public static partial void Ended(ILogger logger, string repository, AdaptationOutcome outcome, string reason);
    }
}
