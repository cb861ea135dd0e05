using LocalCopilot.Daemon.Completion.Filters;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Completion.Stops;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Scores a model, with an adapter or without, at places: by the engine, the stops and the clean-up that serve.</summary>
/// <remarks>Makes way for completions: the engine ends what it computes for this and begins it again later.</remarks>
internal sealed class ItemScorer(IInferenceEngine engine, ServedModel model, CompletionOptions options)
{
    /// <param name="progress">Called after each item.</param>
    /// <exception cref="AdapterUnavailableException">The adapter cannot be loaded.</exception>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded, or another is served by now.</exception>
    public async Task<IReadOnlyList<ItemScore>> ScoreAsync(IReadOnlyList<EvaluationItem> items, AdapterFile? adapter, Action? progress, CancellationToken cancellationToken)
    {
        List<ItemScore> scores = new(items.Count);
        foreach (EvaluationItem item in items)
        {
            scores.Add(await ScoreAsync(item, adapter, cancellationToken));
            progress?.Invoke();
        }

        return scores;
    }

    private async Task<ItemScore> ScoreAsync(EvaluationItem item, AdapterFile? adapter, CancellationToken cancellationToken)
    {
        IReadOnlyList<float> logProbabilities = await engine.ScoreAsync(new(model, item.Prompt, item.Target) { Adapter = adapter, Unfinished = item.Unfinished }, cancellationToken);
        GenerationResult result = await engine.GenerateAsync(
            new()
            {
                Model = model,
                Sequence = new("evaluation", adapter),
                Prompt = item.Prompt,
                MaxTokens = Math.Min(item.SingleLine ? options.MaxLineTokens : options.MaxTokens, PromptBudget.MostGenerated(model.ContextTokens)),
                Stop = () => SuggestionEnd.For(item.Place, item.SingleLine),
                Unfinished = item.Unfinished,
                Priority = EnginePriority.Evaluation,
            },
            cancellationToken);
        string suggested = SuggestionFilters.Apply(SensibleEnd.Of(result.Generations[0]), item.Place)?.Text ?? "";
        LineScore score = item.SingleLine ? LineScore.Of(suggested, item.Expected.Trim()) : LineScore.OfBlock(suggested, item.Expected.Trim());
        return new(-logProbabilities.Sum(value => (double)value) / Math.Log(2), item.Bytes, score.ExactMatch, score.Similarity);
    }
}
