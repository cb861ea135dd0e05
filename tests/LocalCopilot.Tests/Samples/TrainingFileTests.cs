using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Llama;
using LocalCopilot.Tests.Git;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Training.Data;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Samples;

/// <summary>The file that the worker learns from.</summary>
public sealed class TrainingFileTests(EmbeddedModel model) : IClassFixture<EmbeddedModel>, IDisposable
{
    private static readonly PromptBudget Budget = PromptBudget.Of(1024, 0, new());

    private readonly CommandLineRepository _repository = new();

    private LocalCopilotPaths Paths => new() { ConfigurationDirectory = Data, DataDirectory = Data, StateDirectory = Data, RuntimeDirectory = Data };

    private string Data => _repository.Beside("data");

    private string File => Path.Combine(Data, "train.jsonl");

    private LlamaVocabulary Vocabulary => model.Model.Vocabulary;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void The_worker_reads_prompts_and_what_is_to_follow()
    {
        CommitFiles();

        using RepositorySamples samples = Open();
        SelectedSamples selected = Select(samples);
        SamplePrompts prompts = Prompts(samples);

        WrittenSamples written = TrainingFile.Write(File, selected.Training, prompts, 0, Cancelled);

        TrainingSample[] read = [.. SampleFile.Read(File, () => Vocabulary)];
        Assert.NotEmpty(read);
        Assert.Equal(read.Length, written.Count);
        Assert.Equal(0, written.Unusable);
        Assert.Equal(read.Sum(sample => sample.Tokens.Count), written.Tokens);
        Assert.All(read.Zip(selected.Training), pair =>
        {
            PromptedSample prompted = prompts.Build(pair.Second)!;
            Assert.Equal(prompted.Prompt.Tokens, pair.First.Tokens.Take(pair.First.FirstTarget));
            Assert.Equal(Vocabulary.EndOfText, pair.First.Tokens[^1]);
            Assert.Equal(prompted.Prompt.Unfinished + prompted.Middle, Vocabulary.Decode([.. pair.First.Tokens.Skip(pair.First.FirstTarget)]));
        });
    }

    [Fact]
    public void Text_before_the_cursor_is_learned_with_less_weight()
    {
        CommitFiles();

        using RepositorySamples samples = Open();
        SelectedSamples selected = Select(samples);
        SamplePrompts prompts = Prompts(samples);

        TrainingFile.Write(File, selected.Training, prompts, 0.25f, Cancelled);

        Assert.All(SampleFile.Read(File, () => Vocabulary).Zip(selected.Training), pair =>
        {
            PromptedSample prompted = prompts.Build(pair.Second)!;
            Assert.Equal(prompted.Tokens, pair.First.Tokens);
            Assert.Equal(prompted.Prompt.Tokens.Length, pair.First.FirstTarget + pair.First.PromptTargets);
            Assert.Equal(prompted.Prompt.PrefixTokens, pair.First.PromptTargets);
            Assert.Equal(prompted.Prompt.PrefixTokens > 0 ? 0.25f : 1, pair.First.PromptWeight);
        });
    }

    [Fact]
    public void Nothing_held_out_ignored_later_or_secret_is_in_it()
    {
        int number = 0;
        foreach (string secret in SecretRulesTests.Secrets.Select(row => row.Data.Item2))
        {
            _repository.CommitFile($"planted_{number++}.py", $"{Code("planted")}# {secret}\n{Code("more")}");
        }

        _repository.CommitFile("private/code.py", Code("private"));
        _repository.CommitFile("left_out/code.py", Code("left_out"));
        CommitFiles();

        using (RepositorySamples before = Open())
        {
            SelectedSamples all = Select(before);
            Assert.Contains(all.Training, sample => sample.Path == "private/code.py");
            Assert.Contains(all.Training, sample => sample.Path == "left_out/code.py");
        }

        _repository.Write(".localcopilotignore", "private/\n");
        _repository.Write(".gitignore", "left_out/\n");
        using RepositorySamples samples = Open();
        SelectedSamples selected = Select(samples);

        TrainingFile.Write(File, selected.Training, Prompts(samples), 0, Cancelled);

        string text = string.Join('\n', SampleFile.Read(File, () => Vocabulary).Select(sample => Vocabulary.Decode([.. sample.Tokens])));
        Assert.Contains("part_0", text, StringComparison.Ordinal);
        Assert.All((string[])["private", "left_out", "planted", "more"], part => Assert.DoesNotContain(part, text, StringComparison.Ordinal));
        Assert.All(SecretRulesTests.Secrets, row => Assert.DoesNotContain(row.Data.Item2, text, StringComparison.Ordinal));
        string[] heldOut = [.. selected.HeldOut.Select(sample => Path.GetFileNameWithoutExtension(sample.Path)["file_".Length..]).Distinct()];
        Assert.NotEmpty(heldOut);
        Assert.All(heldOut, part => Assert.DoesNotContain($"part_{part}", text, StringComparison.Ordinal));
    }

    [Fact]
    public void When_it_is_ended_early_there_is_no_file()
    {
        _repository.CommitFile("file.py", Code("part"));
        using RepositorySamples samples = Open();
        SelectedSamples selected = Select(samples);
        using CancellationTokenSource ended = new();
        ended.Cancel();

        Assert.Throws<OperationCanceledException>(() => TrainingFile.Write(File, selected.Training.Concat(selected.HeldOut), Prompts(samples), 0, ended.Token));

        Assert.Empty(Directory.EnumerateFiles(Data, "train*"));
    }

    private void CommitFiles()
    {
        for (int i = 0; i < 6; i++)
        {
            _repository.CommitFile($"file_{i}.py", Code($"part_{i}"));
        }
    }

    private RepositorySamples Open() => RepositorySamples.Open(_repository.Root, Paths, new());

    private static SelectedSamples Select(RepositorySamples samples)
    {
        SelectedSamples selected = samples.Select(samples.Read(null, NullLogger<HistoryReader>.Instance, null, Cancelled), new() { HeldOutShare = 0.2, LeastHeldOut = 1 }, Cancelled);
        samples.FindContexts(selected, Budget, null, Cancelled);
        return selected;
    }

    private SamplePrompts Prompts(RepositorySamples samples) => samples.Prompts(Vocabulary, new(Vocabulary, PromptFamilies.Of("LocalCopilot", Vocabulary)), Budget, 256);

    private static string Code(string name) =>
        string.Concat(Enumerable.Range(0, 8).Select(line => $"{name}_total_{line} = compute_{name}(order_{line * 7}, price_{line * 3}) + {name}_{line * line}\n"));
}
