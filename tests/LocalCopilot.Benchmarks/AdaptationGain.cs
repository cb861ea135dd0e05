using System.Globalization;
using LibGit2Sharp;
using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace LocalCopilot.Benchmarks;

/// <param name="Repository">Root of a clone.</param>
/// <param name="Hidden">Share of the commits, the newest, that the round does not see.</param>
/// <param name="Seen">Whether it sees them all the same: what can be known by heart, and no measure of what is learned.</param>
/// <param name="Controls">Adapters of other repositories, measured at the same places.</param>
/// <param name="Save">Where the adapter is copied to; null: nowhere.</param>
/// <param name="Data">Folder that keeps what was read between runs.</param>
internal sealed record AdaptationGainOptions(string Repository, string Model, double Hidden, bool Seen, TimeSpan Budget, int Limit, IReadOnlyList<string> Controls, string? Save, string Data, Func<AdaptationRecipe, AdaptationRecipe> Change);

/// <summary>What a model gains by learning a repository: measured on its newest commits, which the round did not see, beside other repositories' adapters.</summary>
internal static class AdaptationGain
{
    public static async Task<int> RunAsync(AdaptationGainOptions options, CancellationToken cancellationToken)
    {
        string root = Path.GetFullPath(options.Repository);
        await using ServiceProvider services = Services(options.Data, options.Model, new(), new(), options.Change);
        InferenceEngine engine = services.GetRequiredService<InferenceEngine>();
        string until = Until(root, options.Hidden);
        services.GetRequiredService<AdapterStore>().Forget(RepositoryKey.Of(root));
        RunFolder.Delete(services.GetRequiredService<LocalCopilotPaths>(), RepositoryKey.Of(root));
        RepositoryState? shown = null;
        AdaptationResult result = await services.GetRequiredService<AdaptationRun>().RunAsync(
            new(root, Force: true, From: AdaptationStart.Base, Budget: options.Budget, Until: options.Seen ? null : until),
            stage =>
            {
                if (stage.State != shown || stage.Progress?.Step == stage.Progress?.Steps)
                {
                    shown = stage.State;
                    Console.Error.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {stage.State} {stage.Reason} {stage.Progress}");
                }
            },
            cancellationToken);
        Write($"{Path.GetFileName(root)}, {(options.Seen ? "whole" : $"until {until[..8]}")}: {result.Outcome}. {result.Reason}");
        Write($"{result.Samples.Used} samples, {result.TrainedTokens} tokens, {result.DurationMs / 1000.0:0} s; gate: {result.Evaluation}");
        if (result.Adapter is null)
        {
            return 1;
        }

        AdapterStore store = services.GetRequiredService<AdapterStore>();
        AdapterFile adapter = store.FileOf(store.Catalogue.Find(result.Adapter.Id)[0]);
        if (options.Save is { } save)
        {
            File.Copy(adapter.Path, save, overwrite: true);
        }

        using DetachedModel detached = DetachedModel.Of(await engine.GetModelAsync(cancellationToken));
        ServedModel model = detached.Model;
        HeldOutEvaluation evaluation = services.GetRequiredService<HeldOutEvaluation>();
        IReadOnlyList<EvaluationItem> items = evaluation.Items(new(root, until, null, options.Limit, null, UseContext: true), model, cancellationToken);
        ItemScorer scorer = new(engine, model, new());
        IReadOnlyList<ItemScore> baseScores = await scorer.ScoreAsync(items, null, null, cancellationToken);
        IReadOnlyList<ItemScore> adapted = await scorer.ScoreAsync(items, adapter, null, cancellationToken);
        Write($"{items.Count} edits of hidden commits; base: {ItemScore.Sum(baseScores)}");
        Show("adapted", items, baseScores, adapted);
        ShowExactMatches(items, baseScores, adapted, Lines(root, until));
        foreach (string control in options.Controls)
        {
            IReadOnlyList<ItemScore> other = await scorer.ScoreAsync(items, new(control, control), null, cancellationToken);
            Show($"control {Path.GetFileNameWithoutExtension(control)}", items, baseScores, other);
            Show("adapted against it", items, other, adapted);
        }

        return 0;
    }

    private static void Show(string name, IReadOnlyList<EvaluationItem> items, IReadOnlyList<ItemScore> reference, IReadOnlyList<ItemScore> candidate)
    {
        Comparison comparison = Comparison.Of(items, reference, candidate);
        Write($"{name}: {ItemScore.Sum(candidate)}");
        Write($"    bits/byte {comparison.Bits:+0.0 %;-0.0 %} ({comparison.BitsInterval.Low:+0.0 %;-0.0 %} to {comparison.BitsInterval.High:+0.0 %;-0.0 %}), exact match {comparison.ExactMatch * 100:+0.0;-0.0} ({comparison.ExactMatchInterval.Low * 100:+0.0;-0.0} to {comparison.ExactMatchInterval.High * 100:+0.0;-0.0})");
    }

    /// <summary>Where exact matches are won and lost: how many items there are by what a whole one costs, which could have been copied, and how many of those are exact.</summary>
    /// <param name="known">Lines, without the blanks around them, that the repository had when it was learned.</param>
    private static void ShowExactMatches(IReadOnlyList<EvaluationItem> items, IReadOnlyList<ItemScore> reference, IReadOnlyList<ItemScore> candidate, HashSet<string> known)
    {
        (double Above, double UpTo)[] bands = [(0, 2), (2, 5), (5, 10), (10, 20), (20, 40), (40, double.PositiveInfinity)];
        Write($"    bits of a whole item, one line | base: items, exact | adapted: items, exact");
        foreach (var (above, upTo) in bands)
        {
            Row(Invariant($"{above,3} to {upTo,3}"), (item, score) => item.SingleLine && score.Bits >= above && score.Bits < upTo);
        }

        Row("several lines", (item, _) => !item.SingleLine);
        Write($"    one line | base: items, exact | adapted: items, exact");
        Row("in the repository before", (item, _) => item.SingleLine && known.Contains(Line(item)));
        Row("new", (item, _) => item.SingleLine && !known.Contains(Line(item)));

        void Row(string name, Func<EvaluationItem, ItemScore, bool> isMeant) => Write($"    {name} | {Exact(reference, isMeant)} | {Exact(candidate, isMeant)}");

        string Exact(IReadOnlyList<ItemScore> scores, Func<EvaluationItem, ItemScore, bool> isMeant)
        {
            ItemScore[] some = [.. items.Zip(scores).Where(pair => isMeant(pair.First, pair.Second)).Select(pair => pair.Second)];
            return Invariant($"{some.Length,4} {some.Count(score => score.ExactMatch),4}");
        }

        static string Line(EvaluationItem item) => $"{item.Place.LineBefore}{item.Expected}{item.Place.LineAfter}".Trim();
    }

    private static HashSet<string> Lines(string root, string commit)
    {
        using Repository repository = new(root);
        return
        [
            .. TreeFiles.Of(repository.Lookup<Commit>(commit).Tree)
                .Select(file => BlobText.Read(repository, file.Blob, int.MaxValue).Text)
                .OfType<string>()
                .SelectMany(text => text.Split('\n'))
                .Select(line => line.Trim()),
        ];
    }

    /// <summary>The parts of a daemon, without one.</summary>
    /// <param name="data">Folder for all that they keep.</param>
    /// <param name="change">Changes the recipe; null: not.</param>
    public static ServiceProvider Services(string data, string model, GateOptions gate, AdaptationOptions adaptation, Func<AdaptationRecipe, AdaptationRecipe>? change = null)
    {
        data = Path.GetFullPath(data);
        LocalCopilotPaths paths = new() { ConfigurationDirectory = data, DataDirectory = data, StateDirectory = data, RuntimeDirectory = data };
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton(paths);
        services.AddSingleton(new LocalCopilotOptions { Model = new() { Path = model }, Gate = gate, Adaptation = adaptation });
        services.AddSingleton(TimeProvider.System);
        services.AddDaemonParts();
        if (change is not null)
        {
            services.AddSingleton<RecipeChoice>(served => change(AdaptationRecipe.For(served)));
        }

        return services.BuildServiceProvider();
    }

    private static string Until(string root, double hidden)
    {
        using Repository repository = new(root);
        IReadOnlyList<HistoryCommit> commits = HistoryWalk.Newest(repository, repository.Head.Tip.Id, int.MaxValue, CancellationToken.None);
        return commits[(int)(commits.Count * hidden)].Id.Sha;
    }

    private static void Write(FormattableString line) => Console.WriteLine(Invariant(line));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
