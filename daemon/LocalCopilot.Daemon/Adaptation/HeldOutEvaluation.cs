using LibGit2Sharp;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Daemon.Training;
using LocalCopilot.Protocol;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>What is to be measured.</summary>
/// <param name="Since">Items come from commits that are no part of this one.</param>
/// <param name="Until">The last commit; null: what is checked out.</param>
/// <param name="Limit">Items, at most; spread evenly.</param>
/// <param name="Adapter">Null: the base model.</param>
internal sealed record EvaluationRequest(string Root, string Since, string? Until, int? Limit, AdapterFile? Adapter, bool UseContext);

/// <summary>Measures a model on what was really written in some commits, each with the context that it had then.</summary>
internal sealed class HeldOutEvaluation(IInferenceEngine engine, LocalCopilotPaths paths, LocalCopilotOptions options, TimeProvider time, ILogger<HistoryReader> logger)
{
    /// <exception cref="LibGit2SharpException">The repository is damaged, or there is no such commit.</exception>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded, or another was selected meanwhile.</exception>
    /// <exception cref="AdapterUnavailableException">The adapter cannot be loaded.</exception>
    public async Task<EvaluateResult> RunAsync(EvaluationRequest request, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        stage(new(RepositoryState.Evaluating, "Loading the model and reading the history"));
        using DetachedModel detached = DetachedModel.Of(await engine.GetModelAsync(cancellationToken));
        IReadOnlyList<EvaluationItem> items = await LowPriority.RunAsync(() => Items(request, detached.Model, cancellationToken));
        int done = 0;
        long begin = time.GetTimestamp();
        IReadOnlyList<ItemScore> scores = await new ItemScorer(engine, detached.Model, options.Completion).ScoreAsync(
            items,
            request.Adapter,
            () =>
            {
                done++;
                double passed = time.GetElapsedTime(begin).TotalMilliseconds;
                stage(new(RepositoryState.Evaluating, "Completing what was written", new(done, items.Count, RemainingMs: (long)(passed * (items.Count - done) / done))));
            },
            cancellationToken);
        return new(
            items.Count,
            ItemScore.Sum(scores),
            [.. items.Zip(scores, (item, score) => new EvaluatedItem(item.Path, item.Commit, score.ExactMatch, score.Similarity, score.Bits / score.Bytes))]);
    }

    /// <summary>The items of a request, always the same.</summary>
    public IReadOnlyList<EvaluationItem> Items(EvaluationRequest request, ServedModel model, CancellationToken cancellationToken)
    {
        PromptBudget budget = PromptBudget.Of(model.ContextTokens, 0, options.Completion);
        using RepositorySamples samples = RepositorySamples.Open(request.Root, paths, options);
        IReadOnlyList<Sample> written = samples.Since(samples.Read(samples.IdOf(request.Until), logger, null, cancellationToken), samples.IdOf(request.Since)!, cancellationToken);
        if (request.Limit is { } limit && limit < written.Count)
        {
            written = [.. written.OrderBy(sample => sample.Key).Take(limit).OrderBy(sample => sample.Id)];
        }

        SelectedSamples selected = new([], written, null, [], new Dictionary<Exclusion, int>());
        if (request.UseContext)
        {
            samples.FindContexts(selected, budget, null, cancellationToken);
        }

        SamplePrompts prompts = samples.Prompts(model.Vocabulary, new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary)), budget, PromptBudget.MostGenerated(model.ContextTokens), request.UseContext);
        return [.. written.Select(prompts.Build).OfType<PromptedSample>().Select(EvaluationItem.Of)];
    }
}
