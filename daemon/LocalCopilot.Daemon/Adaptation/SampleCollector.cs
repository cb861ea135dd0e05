using LibGit2Sharp;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Samples;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Reads a repository for one round: its history, what is held out, what is trained on, and the prompts of both.</summary>
/// <remarks>Works on the thread that calls, at its priority, and waits whenever completions are wanted.</remarks>
internal sealed class SampleCollector(CompletionActivity activity, LocalCopilotPaths paths, LocalCopilotOptions options, TimeProvider time, ILogger<HistoryReader> logger)
{
    private readonly CompletionActivity _activity = activity;
    private readonly TimeProvider _time = time;
    private readonly TimeSpan _resumeAfter = options.Adaptation.ResumeAfter;

    /// <remarks>For a round that goes on, what is held out is all that is new, and as many older samples are selected; what of it is learned is decided later.</remarks>
    /// <param name="lastHead">The newest commit that the last round saw; null: there was none.</param>
    /// <param name="tokens">That can be trained in the time there is.</param>
    /// <param name="isEnough">Of new samples, all samples to train on and those held out: whether it is worth going on.</param>
    /// <exception cref="LibGit2SharpException">The repository is damaged, or there is no commit to begin from.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was read is kept.</exception>
    public CollectedSamples Collect(
        RunFolder folder,
        ServedModel model,
        AdaptationRecipe recipe,
        string? lastHead,
        long tokens,
        Func<int, SelectedSamples, bool> isEnough,
        Action<AdaptationStage> stage,
        CancellationToken cancellationToken)
    {
        PromptBudget servingBudget = PromptBudget.Of(model.ContextTokens, 0, options.Completion);
        using RepositorySamples samples = RepositorySamples.Open(folder.Plan.Root, paths, options);
        Steps reading = new(this, stage, "Reading the history", cancellationToken);
        IReadOnlyList<HistoryCommit> commits = samples.Read(folder.Plan.Head, logger, new Told<HistoryProgress>(done => reading.Report(done.Commits, done.NewCommits)), cancellationToken);
        bool goesOn = folder.Plan.Beginning is not null;
        SelectionOptions selection = recipe.Selection(tokens, recipe.Budget(model, options.Completion), options.Gate);
        SelectedSamples selected = samples.Select(commits, goesOn ? selection with { HeldOutShare = 1 } : selection, cancellationToken);
        selected = selected with { HeldOut = [.. selected.HeldOut.OrderBy(sample => sample.Key).Take(options.Gate.MostItems).OrderBy(sample => sample.Id)] };
        int newSamples = samples.CountNew(commits, lastHead, cancellationToken);
        if (!isEnough(newSamples, selected))
        {
            return new(selected, newSamples, null, []);
        }

        if (goesOn)
        {
            selected = selected with { Training = [.. selected.Training.Take(selected.HeldOut.Count)] };
        }

        Steps finding = new(this, stage, "Looking up what the prompts would have had of other files", cancellationToken);
        int all = selected.HeldOut.Count + selected.Training.Count;
        samples.FindContexts(selected, servingBudget, new Told<int>(done => finding.Report(done, all)), cancellationToken);
        samples.MarkTrained(selected);
        PromptBuilder builder = new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary));
        int mostTarget = PromptBudget.MostGenerated(model.ContextTokens);
        Steps writing = new(this, stage, "Building prompts", cancellationToken);
        WrittenSamples? written = goesOn ? null : Write(folder, model, recipe, selected.Training.Select(Reported), samples, cancellationToken);
        SamplePrompts prompts = samples.Prompts(model.Vocabulary, builder, servingBudget, mostTarget);
        return new(selected, newSamples, written, [.. selected.HeldOut.Select(prompts.Build).OfType<PromptedSample>().Select(EvaluationItem.Of)]);

        Sample Reported(Sample sample, int index)
        {
            writing.Report(index, selected.Training.Count);
            return sample;
        }
    }

    /// <summary>Writes samples of the repository for the worker.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public WrittenSamples Write(RunFolder folder, ServedModel model, AdaptationRecipe recipe, IReadOnlyList<Sample> learned, CancellationToken cancellationToken)
    {
        using RepositorySamples samples = RepositorySamples.Open(folder.Plan.Root, paths, options);
        return Write(folder, model, recipe, learned, samples, cancellationToken);
    }

    /// <summary>Samples that are never held out again.</summary>
    public void MarkTrained(RunFolder folder, IReadOnlyList<Sample> learned)
    {
        using RepositorySamples samples = RepositorySamples.Open(folder.Plan.Root, paths, options);
        samples.MarkTrained(new(learned, [], null, [], new Dictionary<Exclusion, int>()));
    }

    private WrittenSamples Write(RunFolder folder, ServedModel model, AdaptationRecipe recipe, IEnumerable<Sample> learned, RepositorySamples samples, CancellationToken cancellationToken) => TrainingFile.Write(
        folder.SamplesFile,
        learned,
        samples.Prompts(model.Vocabulary, new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary)), recipe.Budget(model, options.Completion), PromptBudget.MostGenerated(model.ContextTokens)),
        recipe.PrefixWeight,
        cancellationToken);

    /// <summary>Tells how far a part of the work is, not too often, and waits while completions are wanted.</summary>
    private sealed class Steps(SampleCollector owner, Action<AdaptationStage> stage, string what, CancellationToken cancellationToken)
    {
        private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(250);

        private readonly long _begin = owner._time.GetTimestamp();
        private long _told;

        public void Report(int done, int all)
        {
            owner._activity.WaitUntilQuiet(owner._resumeAfter, cancellationToken);
            if (_told != 0 && owner._time.GetElapsedTime(_told) < Often)
            {
                return;
            }

            _told = owner._time.GetTimestamp();
            TimeSpan passed = owner._time.GetElapsedTime(_begin);
            long? left = done > 0 && passed > TimeSpan.FromSeconds(1) ? (long)(passed.TotalMilliseconds * (all - done) / done) : null;
            stage(new(Protocol.RepositoryState.Collecting, what, new(done, all, RemainingMs: left)));
        }
    }

    /// <summary>Calls at once, on the caller's thread.</summary>
    private sealed class Told<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }
}
