using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Cli;

/// <summary>One place of a demo and what came of it.</summary>
internal sealed record DemoItem(LinePosition Position, string Completion, LineScore Score, TimeSpan Time, CompleteResult Result);

/// <summary>A demo's figures.</summary>
internal sealed record DemoReport(string Root, bool UsesContext, IReadOnlyList<DemoItem> Items)
{
    public double ExactMatch => Items.Average(item => item.Score.ExactMatch ? 1.0 : 0);

    public double EditSimilarity => Items.Average(item => item.Score.Similarity);

    public int Suggested => Items.Count(item => item.Completion.Length > 0);

    /// <param name="share">0..1; 0.5: the median.</param>
    public double LatencyMs(double share)
    {
        double[] sorted = [.. Items.Select(item => item.Time.TotalMilliseconds).Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    public object ToJson(string model) => new
    {
        Repository = Root,
        Model = model,
        Context = UsesContext,
        Positions = Items.Count,
        Suggested,
        ExactMatch,
        EditSimilarity,
        LatencyMs = new { P50 = LatencyMs(0.5), P95 = LatencyMs(0.95) },
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
            item.Result.PromptTokens,
            item.Result.GeneratedTokens,
        }),
    };
}
