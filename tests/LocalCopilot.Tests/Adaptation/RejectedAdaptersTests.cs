using LibGit2Sharp;
using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Tests.Training;
using LocalCopilot.Training;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Optimization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Adaptation;

/// <summary>Adapters that were really trained, and badly, are measured on newer commits of a real repository and not served; one that was trained well is.</summary>
[Collection(RunsAlone.Name)]
public sealed class RejectedAdaptersTests(TrainedOnSep sep) : IClassFixture<TrainedOnSep>
{
    [Fact]
    public async Task Trained_on_the_repository_it_passes()
    {
        Verdict verdict = await sep.JudgeAsync(sep.Samples);

        Assert.True(verdict.Passed, verdict.Reason);
    }

    [Fact]
    public async Task Trained_on_shuffled_text_it_is_worse()
    {
        int[] tokens = [.. sep.Samples.SelectMany(sample => sample.Tokens.Skip(sample.FirstTarget))];
        new RandomNumbers(9).Shuffle(tokens.AsSpan());
        int at = 0;

        Verdict verdict = await sep.JudgeAsync(
            [.. sep.Samples.Select(sample => sample with { Tokens = [.. sample.Tokens.Take(sample.FirstTarget), .. Enumerable.Range(0, sample.Targets).Select(_ => tokens[at++])] })]);

        AssertRejected(verdict, "worse than the base model");
    }

    [Fact]
    public async Task Trained_on_another_language_it_is_worse()
    {
        Verdict verdict = await sep.JudgeAsync(sep.Prose());

        AssertRejected(verdict, "worse than the base model");
    }

    [Fact]
    public async Task Trained_with_far_too_high_a_rate_it_is_worse()
    {
        Verdict verdict = await sep.JudgeAsync(sep.Samples, recipe => recipe with { LearningRate = 0.1 });

        AssertRejected(verdict, "worse than the base model");
    }

    [Fact]
    public async Task Trained_on_a_few_samples_again_and_again_it_is_no_better()
    {
        Verdict verdict = await sep.JudgeAsync([.. sep.Samples.Take(16)], recipe => recipe with { LearningRate = 8e-3, Epochs = 24 });

        AssertRejected(verdict, "base model");
    }

    private static void AssertRejected(Verdict verdict, string reason)
    {
        TestContext.Current.SendDiagnosticMessage(verdict.Reason);
        Assert.False(verdict.Passed, verdict.Reason);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
    }
}

/// <summary>Sep with its newest commits held out, and what a round would learn of the older ones.</summary>
public sealed class TrainedOnSep : IAsyncLifetime
{
    private const double HeldOutShare = 0.15;
    private const int HeldOut = 50;

    private readonly ClonedRepositories _repositories = new();
    private readonly TrainingFixture _folder = new();
    private ServiceProvider _services = null!;
    private ServedModel _model = null!;
    private IReadOnlyList<EvaluationItem> _items = [];

    internal TrainingSample[] Samples { get; private set; } = [];

    private string Root => _repositories.Clone("sep");

    private LocalCopilotOptions Options { get; } = new() { Gate = new() { CanaryItems = 24 } };

    public async ValueTask InitializeAsync()
    {
        string data = Path.Combine(_folder.Folder, "data");
        LocalCopilotPaths paths = new() { ConfigurationDirectory = data, DataDirectory = data, StateDirectory = data, RuntimeDirectory = data };
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton(paths);
        services.AddSingleton(Options);
        services.AddSingleton(TimeProvider.System);
        services.AddDaemonParts();
        _services = services.BuildServiceProvider();
        _model = await _services.GetRequiredService<IInferenceEngine>().GetModelAsync(CancellationToken.None);

        string until = Until();
        _items = _services.GetRequiredService<HeldOutEvaluation>().Items(new(Root, until, null, HeldOut, null, UseContext: true), _model, CancellationToken.None);
        Samples = [.. Learned(paths, until)];
    }

    /// <summary>Text of people, in the shape of the samples.</summary>
    internal TrainingSample[] Prose()
    {
        int[] words =
        [
            .. Directory.EnumerateFiles(_repositories.Clone("datasette"), "*.rst", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .SelectMany(file => _model.Vocabulary.Tokenize(File.ReadAllText(file))),
        ];
        int at = 0;
        return [.. Samples.Select(sample => sample with { Tokens = [.. Enumerable.Range(0, sample.Tokens.Count).Select(_ => words[at++ % words.Length])] })];
    }

    /// <summary>Trains an adapter as a round would, unless told otherwise, and has the gate judge it.</summary>
    internal async Task<Verdict> JudgeAsync(IReadOnlyList<TrainingSample> samples, Func<TrainingRecipe, TrainingRecipe>? change = null)
    {
        AdaptationRecipe recipe = AdaptationRecipe.For(_model);
        TrainingJob job = TrainingJobs.Of(_folder.Folder, _model.Path, samples) with { Lora = recipe.Lora, Recipe = (change ?? (same => same))(recipe.Training), Threads = 2 };
        TrainingJobs.Run(job);
        JudgedCandidate judged = await _services.GetRequiredService<CandidateMeasurement>().JudgeAsync(
            _model, job.Output, null, null, _items, (gate, measured) => gate.Judge(_items, measured.Base, measured.Active, measured.Candidate), _ => { }, TestContext.Current.CancellationToken);
        return judged.Verdict;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
        _repositories.Dispose();
    }

    private IEnumerable<TrainingSample> Learned(LocalCopilotPaths paths, string until)
    {
        AdaptationRecipe recipe = AdaptationRecipe.For(_model);
        PromptBudget budget = recipe.Budget(_model, Options.Completion);
        using RepositorySamples samples = RepositorySamples.Open(Root, paths, Options);
        SelectedSamples selected = samples.Select(samples.Read(until, NullLogger<HistoryReader>.Instance, null, CancellationToken.None), new() { LeastHeldOut = 0, MostHeldOut = 0, MostOfCommits = 280, MostOfTree = 60 }, CancellationToken.None);
        samples.FindContexts(selected, budget, null, CancellationToken.None);
        string file = Path.Combine(_folder.Folder, "samples.jsonl");
        TrainingFile.Write(file, selected.Training, samples.Prompts(_model.Vocabulary, new(_model.Vocabulary, PromptFamilies.Of(_model.Name, _model.Vocabulary)), budget, PromptBudget.MostGenerated(_model.ContextTokens)), recipe.PrefixWeight, CancellationToken.None);
        return SampleFile.Read(file, () => _model.Vocabulary);
    }

    private string Until()
    {
        using Repository repository = new(Root);
        IReadOnlyList<HistoryCommit> commits = HistoryWalk.Newest(repository, repository.Head.Tip.Id, int.MaxValue, CancellationToken.None);
        return commits[(int)(commits.Count * HeldOutShare)].Id.Sha;
    }
}
