using LocalCopilot.Daemon.Rpc;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>A demo's figures.</summary>
/// <param name="Head">The commit that is checked out; null where there is none.</param>
internal sealed record DemoReport(string Root, string? Head, DemoRequest Request, StatusResult Status, IReadOnlyList<DemoItem> Items)
{
    public int ExactMatches => Items.Count(item => item.Score.ExactMatch);

    public double ExactMatch => Items.Average(item => item.Score.ExactMatch ? 1.0 : 0);

    public double EditSimilarity => Items.Average(item => item.Score.Similarity);

    public int Suggested => Items.Count(item => item.Completion.Length > 0);

    public long PromptTokens => Items.Sum(item => (long)item.Result.PromptTokens);

    /// <summary>Share of the prompts' tokens that were in the KV cache, 0..1.</summary>
    public double CachedShare => PromptTokens == 0 ? 0 : (double)Items.Sum(item => (long)item.Result.CachedTokens) / PromptTokens;

    /// <param name="share">0..1; 0.5: the median.</param>
    public double LatencyMs(double share)
    {
        double[] sorted = [.. Items.Select(item => item.Time.TotalMilliseconds).Order()];
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public IReadOnlyList<(string Language, int Places, double ExactMatch, double EditSimilarity)> ByLanguage() =>
    [
        .. Items.GroupBy(item => LanguageIds.Of(item.Position.Path))
            .Select(group => (group.Key, group.Count(), group.Average(item => item.Score.ExactMatch ? 1.0 : 0), group.Average(item => item.Score.Similarity)))
            .OrderByDescending(language => language.Item2).ThenBy(language => language.Key, StringComparer.Ordinal),
    ];

    /// <summary>All that sums up the items.</summary>
    public object FiguresToJson() => new
    {
        Suggested,
        ExactMatch,
        EditSimilarity,
        LatencyMs = new { P50 = LatencyMs(0.5), P95 = LatencyMs(0.95) },
        PromptTokens,
        CachedShare,
        Languages = LanguagesToJson(),
    };

    /// <summary>What <c>demo --no-learning --json</c> prints: see its help.</summary>
    public object ToJson() => new
    {
        Repository = Root,
        Head,
        Model = Status.Model.Id,
        Status.Engine.Device,
        Status.Engine.Threads,
        Request.Seed,
        Kind = Request.Kind.ToString().ToLowerInvariant(),
        Context = Request.UseContext,
        Positions = Items.Count,
        Suggested,
        ExactMatch,
        EditSimilarity,
        LatencyMs = new { P50 = LatencyMs(0.5), P95 = LatencyMs(0.95) },
        PromptTokens,
        CachedShare,
        Languages = LanguagesToJson(),
        Items = Items.Select(item => new
        {
            item.Position.Path,
            Line = item.Position.Line + 1,
            Column = item.Position.Character + 1,
            item.Position.Expected,
            item.Completion,
            item.Score.ExactMatch,
            EditSimilarity = item.Score.Similarity,
            Ms = item.Time.TotalMilliseconds,
            item.Result.Timings,
            item.Result.PromptTokens,
            item.Result.CachedTokens,
            item.Result.GeneratedTokens,
            item.MeanLogProbability,
        }),
    };

    private IEnumerable<object> LanguagesToJson() => ByLanguage().Select(language => new { language.Language, Positions = language.Places, language.ExactMatch, language.EditSimilarity });
}
