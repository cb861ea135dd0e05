using LibGit2Sharp;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Completion.Rhythm;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Tests.Completion;
using LocalCopilot.Tests.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Samples;

/// <summary>What is trained on is what serving asks.</summary>
public sealed class SamplePromptsTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private static readonly string[] Words = ["order", "invoice", "customer", "price", "total", "report"];

    private readonly TemporaryRepository _repository = new();
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("lc-prompts-");
    private readonly LocalCopilotOptions _options = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _repository.Dispose();
        _data.Delete(recursive: true);
    }

    /// <summary>For each sample, the commit's parent is checked out and the file typed up to the cursor: serving's prompt must be the sample's.</summary>
    [Fact]
    public async Task A_samples_prompt_is_the_one_that_serving_would_have_sent()
    {
        Random random = new(7);
        Dictionary<int, List<string>> files = Enumerable.Range(0, 8).ToDictionary(file => file, _ => (List<string>)["import json", ""]);
        for (int commit = 0; commit < 8; commit++)
        {
            foreach (int file in (int[])[commit, random.Next(8), random.Next(8)])
            {
                int at = files[file].Count < 3 ? 2 : random.Next(2, files[file].Count);
                files[file].InsertRange(at, Enumerable.Range(0, random.Next(20, 60)).Select(_ => Line(random)));
                _repository.Write($"src/file_{file}.py", string.Join('\n', files[file]) + "\n");
            }

            _repository.Commit();
        }

        ServedModel model = await fixture.Engine.GetModelAsync(Cancelled);
        PromptBudget budget = PromptBudget.Of(model.ContextTokens, 0, _options.Completion);
        using RepositorySamples samples = RepositorySamples.Open(_repository.Root, Paths("daemon"), _options);
        SelectedSamples selected = samples.Select(samples.Read(null, NullLogger<HistoryReader>.Instance, null, Cancelled), new(), Cancelled);
        samples.FindContexts(selected, budget, null, Cancelled);
        SamplePrompts prompts = samples.Prompts(model.Vocabulary, new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary)), budget, 256);
        Sample[] some = [.. selected.HeldOut.Concat(selected.Training).Where(sample => sample.Source == SampleSource.Commit).OrderBy(_ => random.Next()).Take(12)];
        foreach (Sample sample in some)
        {
            PromptedSample prompted = prompts.Build(sample)!;
            GenerationRequest served = await ServeAsync(sample);
            Assert.Equal(model.Vocabulary.Decode(served.Prompt.Span), model.Vocabulary.Decode(prompted.Prompt.Tokens));
            Assert.Equal(served.Prompt.ToArray(), prompted.Prompt.Tokens);
            Assert.Equal(served.Unfinished, prompted.Prompt.Unfinished);
            Assert.Equal(served.Unfinished + prompted.Middle, model.Vocabulary.Decode([.. prompted.Target]));
            Assert.Equal(model.Vocabulary.EndOfText, prompted.Target[^1]);
        }

        Assert.Contains(some, sample => prompts.Build(sample)!.Prompt.ContextTokens > 100);
    }

    [Fact]
    public async Task What_has_gone_or_become_a_secret_since_gives_no_prompt()
    {
        _repository.Write("a.py", "total = price * count + shipping\n");
        _repository.Commit();
        ServedModel model = await fixture.Engine.GetModelAsync(Cancelled);
        PromptBudget budget = PromptBudget.Of(model.ContextTokens, 0, _options.Completion);
        using RepositorySamples samples = RepositorySamples.Open(_repository.Root, Paths("daemon"), _options);
        SelectedSamples selected = samples.Select(samples.Read(null, NullLogger<HistoryReader>.Instance, null, Cancelled), new() { LeastHeldOut = 1 }, Cancelled);
        Sample sample = selected.HeldOut.Concat(selected.Training).First();
        PromptBuilder builder = new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary));

        SamplePrompts prompts = samples.Prompts(model.Vocabulary, builder, budget, 256);

        Assert.NotNull(prompts.Build(sample));
        Assert.Null(prompts.Build(sample with { Path = ".env" }));
        Assert.Null(prompts.Build(sample with { Blob = new(new string('1', 40)) }));
        Assert.Null(samples.Prompts(model.Vocabulary, builder, budget, 2).Build(sample));
    }

    private async Task<GenerationRequest> ServeAsync(Sample sample)
    {
        // The prompt has the root folder's name.
        string root = Path.Combine(_data.FullName, Guid.NewGuid().ToString("N"), Path.GetFileName(_repository.Root));
        Repository.Clone(_repository.Root, root);
        using (Repository clone = new(root))
        {
            Commit commit = clone.Lookup<Commit>(sample.Commit);
            if (commit.Parents.FirstOrDefault() is { } parent)
            {
                Commands.Checkout(clone, parent);
            }
            else
            {
                foreach (FileInfo file in new DirectoryInfo(Path.Combine(root, "src")).EnumerateFiles())
                {
                    file.Delete();
                }
            }
        }

        using Repository repository = new(_repository.Root);
        string text = repository.Lookup<Blob>(sample.Blob).GetContentText();
        string before = text[..sample.Middle.Start];
        DocumentSnapshot document = new(new Uri(Path.Combine(root, sample.Path)).AbsoluteUri, "python", 1, before + text[sample.Middle.End..]);
        using ContextSource source = new(Paths(Guid.NewGuid().ToString("N")), _options, new(), NullLogger<ContextSource>.Instance);
        using StickyContext context = new([source], TimeProvider.System);
        RecordingEngine engine = new(fixture.Engine);
        CompletionService service = new(engine, _options, context, new(), new(), new TypingRhythms(TimeProvider.System), new FixedAdapter(), new(TimeProvider.System), TimeProvider.System);
        await service.CompleteAsync(
            new()
            {
                Document = document,
                Position = new(before.Count(character => character == '\n'), before.Length - before.LastIndexOf('\n') - 1),
                RepositoryRoot = root,
                WaitForIndex = true,
                MaxTokens = 1,
            },
            Cancelled);
        return engine.Last!;
    }

    private LocalCopilotPaths Paths(string name)
    {
        string folder = Path.Combine(_data.FullName, name);
        return new() { ConfigurationDirectory = folder, DataDirectory = folder, StateDirectory = folder, RuntimeDirectory = folder };
    }

    /// <summary>Enough different names that no two chunks are found equally well.</summary>
    private static string Line(Random random)
    {
        string indentation = new(' ', 4 * random.Next(3));
        return $"{indentation}{Name(random)} = {Name(random)}.{Name(random)}({Name(random)}, {Name(random)})";
    }

    private static string Name(Random random) => $"{Words[random.Next(Words.Length)]}_{random.Next(60)}";

    private sealed class RecordingEngine(IInferenceEngine engine) : PassingEngine(engine)
    {
        public GenerationRequest? Last { get; private set; }

        public override Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
        {
            Last = request;
            return base.GenerateAsync(request, cancellationToken);
        }
    }
}
