using System.Globalization;
using LibGit2Sharp;
using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace LocalCopilot.Benchmarks;

/// <param name="Repository">Root of a clone.</param>
/// <param name="Rounds">Rounds of learning, evenly spread over the commits that are replayed.</param>
/// <param name="Replayed">Share of the commits, the newest, that are replayed.</param>
/// <param name="Budget">Time that a round from the base model computes; one that goes on takes its share of it.</param>
/// <param name="Limit">Edits that are measured after a round, at most.</param>
/// <param name="Data">Folder for what is kept; empty or not there yet, since what was learned once is never held out again.</param>
internal sealed record DailyLifeOptions(string Repository, string Model, int Rounds, double Replayed, TimeSpan Budget, int Limit, string Data);

/// <summary>Replays a history as its authors lived it: they commit, a round of learning follows, and what is served then is measured on the commits that came next.</summary>
internal static class DailyLife
{
    public static async Task<int> RunAsync(DailyLifeOptions options, CancellationToken cancellationToken)
    {
        string root = Path.GetFullPath(options.Repository);
        await using ServiceProvider services = AdaptationGain.Services(options.Data, options.Model, new() { MostItems = options.Limit, CanaryItems = options.Limit / 2 }, new() { Budget = options.Budget });
        InferenceEngine engine = services.GetRequiredService<InferenceEngine>();
        AdapterStore store = services.GetRequiredService<AdapterStore>();
        using DetachedModel detached = DetachedModel.Of(await engine.GetModelAsync(cancellationToken));
        ServedModel model = detached.Model;
        ItemScorer scorer = new(engine, model, new());
        string[] days = Days(root, options);
        List<EvaluationItem> all = [];
        List<ItemScore> allBase = [];
        List<ItemScore> allServed = [];
        for (int round = 0; round < options.Rounds; round++)
        {
            AdaptationResult result = await services.GetRequiredService<AdaptationRun>().RunAsync(new(root, Force: true, Until: days[round]), _ => { }, cancellationToken);
            Write($"round {round + 1}, {days[round][..8]}: {result.Outcome}. {result.Reason}");
            IReadOnlyList<EvaluationItem> items = services.GetRequiredService<HeldOutEvaluation>().Items(new(root, days[round], days[round + 1], options.Limit, null, UseContext: true), model, cancellationToken);
            if (items.Count == 0)
            {
                continue;
            }

            StoredAdapter? active = store.Active(RepositoryKey.Of(root), model.Fingerprint);
            IReadOnlyList<ItemScore> baseScores = await scorer.ScoreAsync(items, null, null, cancellationToken);
            IReadOnlyList<ItemScore> served = active is null ? baseScores : await scorer.ScoreAsync(items, store.FileOf(active), null, cancellationToken);
            Write($"    next {items.Count} edits, {Describe(Comparison.Of(items, baseScores, served))}");
            all.AddRange(items);
            allBase.AddRange(baseScores);
            allServed.AddRange(served);
        }

        Write($"all: {all.Count} edits, {Describe(Comparison.Of(all, allBase, allServed))}");
        Write($"base {ItemScore.Sum(allBase)}, served {ItemScore.Sum(allServed)}");
        return 0;
    }

    /// <summary>The last commit of each day, the oldest first, one more than there are rounds.</summary>
    private static string[] Days(string root, DailyLifeOptions options)
    {
        using Repository repository = new(root);
        IReadOnlyList<HistoryCommit> commits = HistoryWalk.Newest(repository, repository.Head.Tip.Id, int.MaxValue, CancellationToken.None);
        double first = (commits.Count - 1) * options.Replayed;
        return [.. Enumerable.Range(0, options.Rounds + 1).Select(round => commits[(int)(first * (options.Rounds - round) / options.Rounds)].Id.Sha)];
    }

    private static string Describe(Comparison comparison) => string.Create(
        CultureInfo.InvariantCulture,
        $"served against base: bits/byte {comparison.Bits:+0.0 %;-0.0 %} ({comparison.BitsInterval.Low:+0.0 %;-0.0 %} to {comparison.BitsInterval.High:+0.0 %;-0.0 %}), exact match {comparison.ExactMatch * 100:+0.0;-0.0;0.0} ({comparison.ExactMatchInterval.Low * 100:+0.0;-0.0;0.0} to {comparison.ExactMatchInterval.High * 100:+0.0;-0.0;0.0})");

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
