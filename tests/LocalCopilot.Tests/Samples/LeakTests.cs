using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using LibGit2Sharp;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Llama;
using LocalCopilot.Tests.Llama;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Samples;

/// <summary>No text of the future in a sample, nothing that is held out in training: on made-up histories whose lines say who wrote them.</summary>
/// <remarks>LOCALCOPILOT_LEAK_HISTORIES: how many histories, 12 if not given.</remarks>
public sealed partial class LeakTests(EmbeddedModel model) : IClassFixture<EmbeddedModel>
{
    private static readonly SelectionOptions Selection = new() { HeldOutShare = 0.3, LeastHeldOut = 10 };

    private static int Histories => int.Parse(Environment.GetEnvironmentVariable("LOCALCOPILOT_LEAK_HISTORIES") ?? "12", CultureInfo.InvariantCulture);

    [Fact]
    public void Nothing_comes_from_the_future_and_nothing_that_is_held_out_is_trained_on() =>
        Gen.Select(ScriptedHistory.Steps(10, 40), Gen.Int[0, 9]).Sample(
            (steps, back) =>
            {
                using History history = new(model.Model.Vocabulary, steps);
                using (RepositorySamples samples = history.Open())
                {
                    history.Check(samples, until: null, Selection);

                    // What was kept of that run knows of commits that do not exist for this one.
                    history.Check(samples, until: history.Commits[^(1 + (back * steps.Length / 20))], Selection);
                    Assert.True(history.ContextTokens > 0, "There must be something to leak from.");
                }
            },
            iter: Histories,
            threads: 1);

    /// <summary>Days of work: what was trained on once is never what a later run is judged by.</summary>
    [Fact]
    public void What_was_trained_on_is_never_held_out_later() =>
        ScriptedHistory.Steps(30, 50).Sample(
            steps =>
            {
                using History history = new(model.Model.Vocabulary, steps);
                HashSet<ulong> trained = [];
                foreach (var (newest, share) in ((int, double)[])[(steps.Length / 2, 0.1), (steps.Length * 2 / 3, 0.6), (steps.Length - 1, 0.9), (steps.Length - 1, 0.9)])
                {
                    using RepositorySamples samples = history.Open();
                    SelectedSamples selected = history.Check(samples, history.Commits[newest], Selection with { HeldOutShare = share });
                    Assert.DoesNotContain(selected.HeldOut, sample => trained.Contains(sample.Key));
                    trained.UnionWith(selected.Training.Select(sample => sample.Key));
                    samples.MarkTrained(selected);
                }
            },
            iter: Math.Max(1, Histories / 3),
            threads: 1);

    [Fact]
    public void A_line_says_who_wrote_it()
    {
        Assert.Equal([3, 12], Numbers("value_c12x = shop.compute_c3x_1(order, price_c)"));
        Assert.Empty(Numbers("value = compute(first)"));
    }

    private static SortedSet<int> Numbers(string text) => [.. Writer().Matches(text).Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];

    [GeneratedRegex("c([0-9]+)x")]
    private static partial Regex Writer();

    private sealed class History : IDisposable
    {
        private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("lc-leak-");
        private readonly TemporaryRepository _folder = new();
        private readonly LlamaVocabulary _vocabulary;
        private readonly PromptBuilder _builder;
        private readonly PromptBudget _budget = PromptBudget.Of(1024, 0, new());
        private readonly Dictionary<string, int> _numbers;
        private readonly Dictionary<string, HashSet<int>> _ancestors = [];

        public History(LlamaVocabulary vocabulary, ScriptedHistory.Step[] steps)
        {
            _vocabulary = vocabulary;
            _builder = new(vocabulary, PromptFamilies.Of("LocalCopilot", vocabulary));
            using Repository repository = new(_folder.Root);
            Commits = ScriptedHistory.Write(repository, steps);
            repository.Refs.UpdateTarget(repository.Refs.Head, repository.Refs.Add("refs/heads/made", new ObjectId(Commits[^1]), true).CanonicalName);
            repository.Refs.Add("HEAD", "refs/heads/made", true);
            _numbers = Commits.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
            foreach (string id in Commits)
            {
                HashSet<int> ancestors = [_numbers[id]];
                foreach (Commit parent in repository.Lookup<Commit>(id).Parents)
                {
                    ancestors.UnionWith(_ancestors[parent.Sha]);
                }

                _ancestors[id] = ancestors;
            }
        }

        public string[] Commits { get; }

        /// <summary>Tokens of other files in all prompts that were looked at.</summary>
        public int ContextTokens { get; private set; }

        public RepositorySamples Open()
        {
            LocalCopilotPaths paths = new() { ConfigurationDirectory = _data.FullName, DataDirectory = _data.FullName, StateDirectory = _data.FullName, RuntimeDirectory = _data.FullName };
            return RepositorySamples.Open(_folder.Root, paths, new());
        }

        /// <summary>Selects and builds all prompts, and looks at every line of them.</summary>
        public SelectedSamples Check(RepositorySamples samples, string? until, SelectionOptions options)
        {
            CancellationToken cancelled = TestContext.Current.CancellationToken;
            IReadOnlyList<HistoryCommit> commits = samples.Read(until, NullLogger<HistoryReader>.Instance, null, cancelled);
            SelectedSamples selected = samples.Select(commits, options, cancelled);
            samples.FindContexts(selected, _budget, null, cancelled);
            SamplePrompts prompts = samples.Prompts(_vocabulary, _builder, _budget, 256);
            HashSet<int> existing = _ancestors[until ?? Commits[^1]];
            HashSet<int> heldOut = [.. selected.HeldOut.Select(sample => _numbers[sample.Commit.Sha])];
            foreach (Sample sample in selected.Training.Concat(selected.HeldOut))
            {
                PromptedSample prompted = prompts.Build(sample)!;
                string prompt = _vocabulary.Decode(prompted.Prompt.Tokens);
                string context = _vocabulary.Decode(prompted.Prompt.Tokens.AsSpan(0, prompted.Prompt.ContextTokens));
                int number = _numbers[sample.Commit.Sha];
                Assert.Subset(existing, Numbers(prompt + prompted.Middle).ToHashSet());
                Assert.Subset(_ancestors[sample.Commit.Sha], Numbers(prompt + prompted.Middle).ToHashSet());
                if (sample.Source == SampleSource.Commit)
                {
                    Assert.DoesNotContain(number, Numbers(context));
                    Assert.Contains(number, Numbers(_vocabulary.Decode(prompted.Prompt.Tokens) + prompted.Middle));
                }
            }

            ContextTokens += selected.Training.Concat(selected.HeldOut).Sum(sample => prompts.Build(sample)!.Prompt.ContextTokens);
            Assert.All(selected.Training, sample =>
            {
                PromptedSample prompted = prompts.Build(sample)!;
                Assert.Empty(Numbers(_vocabulary.Decode(prompted.Tokens)).Intersect(heldOut));
            });
            Assert.All(selected.HeldOut, sample => Assert.DoesNotContain(sample.Commit, selected.TrainedCommits));
            return selected;
        }

        public void Dispose()
        {
            _folder.Dispose();
            _data.Delete(recursive: true);
        }
    }
}
