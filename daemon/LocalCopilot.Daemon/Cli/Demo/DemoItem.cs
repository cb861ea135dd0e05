using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>One place of a demo and what came of it.</summary>
/// <param name="Completion">Empty where nothing was suggested.</param>
/// <param name="Time">From the request to the whole suggestion, as the client saw it.</param>
internal sealed record DemoItem(LinePosition Position, string Completion, LineScore Score, TimeSpan Time, CompleteResult Result)
{
    public double? MeanLogProbability => Result.Completions.Count > 0 ? Result.Completions[0].MeanLogProbability : null;

    /// <summary>All but the place, which the completions of a comparison have in common.</summary>
    public object ToJson() => new
    {
        Completion,
        Score.ExactMatch,
        EditSimilarity = Score.Similarity,
        Ms = Time.TotalMilliseconds,
        Result.Timings,
        Result.PromptTokens,
        Result.CachedTokens,
        Result.GeneratedTokens,
        MeanLogProbability,
    };
}
