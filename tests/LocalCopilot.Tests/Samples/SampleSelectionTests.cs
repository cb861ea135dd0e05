using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Samples;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Samples;

public sealed class SampleSelectionTests : IDisposable
{
    private static readonly SelectionOptions Selection = new() { HeldOutShare = 0.25, LeastHeldOut = 1 };

    private readonly CommandLineRepository _repository = new();
    private int _names;

    private LocalCopilotPaths Paths => new() { ConfigurationDirectory = Data, DataDirectory = Data, StateDirectory = Data, RuntimeDirectory = Data };

    private string Data => _repository.Beside("data");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void The_newest_commits_are_held_out_and_the_tree_before_them_is_trained_on()
    {
        string[] made = [.. Enumerable.Range(0, 8).Select(_ => CommitSomething())];

        SelectedSamples selected = Select(Selection);

        string[] heldOut = [.. selected.HeldOut.Select(sample => sample.Commit.Sha).Distinct()];
        Assert.Equal(made.Reverse().Take(heldOut.Length), heldOut);
        Assert.Equal(made[^(heldOut.Length + 1)], selected.TrainedThrough?.Sha);
        Assert.InRange(selected.HeldOut.Count, 1, 20);
        Assert.Equal(made.Reverse().Skip(heldOut.Length), selected.Training.Where(sample => sample.Source == SampleSource.Commit).Select(sample => sample.Commit.Sha).Distinct());
        Assert.Contains(selected.Training, sample => sample.Source == SampleSource.Tree);
        Assert.All(selected.Training.Where(sample => sample.Source == SampleSource.Tree), sample => Assert.Equal(selected.TrainedThrough, sample.Commit));
    }

    [Fact]
    public void Near_duplicates_of_newer_samples_are_left_out_and_counted()
    {
        string text = Something();
        _repository.CommitFile("a.py", text);
        _repository.CommitFile("copied.py", text);
        CommitSomething();

        SelectedSamples selected = Select(Selection);

        Assert.DoesNotContain("a.py", selected.Training.Concat(selected.HeldOut).Where(sample => sample.Source == SampleSource.Commit).Select(sample => sample.Path));
        Assert.True(selected.Excluded[Exclusion.NearDuplicate] >= 4);
    }

    [Fact]
    public void No_more_than_wanted_is_selected()
    {
        for (int i = 0; i < 10; i++)
        {
            CommitSomething();
        }

        SelectedSamples selected = Select(new() { HeldOutShare = 0.5, LeastHeldOut = 1, MostHeldOut = 8, MostOfCommits = 12, MostOfTree = 7 });

        Assert.InRange(selected.HeldOut.Count, 8, 12);
        Assert.InRange(selected.Training.Count(sample => sample.Source == SampleSource.Commit), 4, 12);
        Assert.InRange(selected.Training.Count(sample => sample.Source == SampleSource.Tree), 1, 7);
    }

    [Fact]
    public void Trained_commits_are_not_held_out_when_they_come_back_under_other_ids()
    {
        for (int i = 0; i < 6; i++)
        {
            CommitSomething();
        }

        SelectedSamples before = Select(Selection, train: true);
        string root = _repository.Git("rev-list", "--max-parents=0", "HEAD");
        _repository.Git("checkout", "--quiet", "-b", "rebased", before.TrainedThrough!.Sha);
        _repository.Git("commit", "--quiet", "--amend", "--message", "Other words, other id");

        SelectedSamples after = Select(Selection with { HeldOutShare = 0.9 });

        Assert.NotEqual(before.TrainedThrough.Sha, after.TrainedThrough!.Sha);
        Assert.NotEqual(root, after.TrainedThrough.Sha);
        Assert.Empty(after.HeldOut);
    }

    [Fact]
    public void Without_anything_to_learn_from_nothing_is_selected()
    {
        Assert.Empty(Select(Selection).Training);
        _repository.CommitFile("notes.md", "Nothing.\n");

        SelectedSamples selected = Select(Selection);

        Assert.Empty(selected.Training);
        Assert.Empty(selected.HeldOut);
    }

    [Fact]
    public void What_is_forgotten_leaves_nothing()
    {
        CommitSomething();
        Select(Selection);
        Assert.NotEmpty(Directory.EnumerateFiles(Paths.HistoryDirectory));

        RepositorySamples.Forget(_repository.Root, Paths);

        Assert.Empty(Directory.EnumerateFiles(Paths.HistoryDirectory));
    }

    [Fact]
    public void A_repository_that_is_gone_can_be_forgotten()
    {
        CommitSomething();
        Select(Selection);
        string elsewhere = _repository.Beside("elsewhere");
        Directory.Move(_repository.Root, elsewhere);

        RepositorySamples.Forget(_repository.Root, Paths);

        Assert.Empty(Directory.EnumerateFiles(Paths.HistoryDirectory));
    }

    [Fact]
    public void Working_trees_share_what_was_read()
    {
        CommitSomething();
        string worktree = _repository.Beside("worktree");
        _repository.Git("worktree", "add", "--quiet", worktree, "-b", "other");
        Select(Selection);

        using RepositorySamples other = RepositorySamples.Open(worktree, Paths, new());
        List<HistoryProgress> progress = [];
        other.Read(null, NullLogger<HistoryReader>.Instance, new Reported(progress), TestContext.Current.CancellationToken);

        Assert.Equal(0, Assert.Single(progress).NewCommits);
    }

    private SelectedSamples Select(SelectionOptions options, bool train = false)
    {
        using RepositorySamples samples = RepositorySamples.Open(_repository.Root, Paths, new());
        SelectedSamples selected = samples.Select(samples.Read(null, NullLogger<HistoryReader>.Instance, null, TestContext.Current.CancellationToken), options, TestContext.Current.CancellationToken);
        if (train)
        {
            samples.MarkTrained(selected);
        }

        return selected;
    }

    private string CommitSomething() => _repository.CommitFile($"file_{_names}.py", Something());

    private string Something()
    {
        int number = _names++;
        string[] words = ["order", "invoice", "customer", "price", "report", "ledger", "weather", "degree"];
        return string.Concat(Enumerable.Range(0, 10).Select(line => $"{words[(number + line) % 8]}_{number} = {words[(line * 3) % 8]}_{line}.{words[(number * 5) % 8]}_{number * 7}({number * line})\n"));
    }

    private sealed class Reported(List<HistoryProgress> list) : IProgress<HistoryProgress>
    {
        public void Report(HistoryProgress value) => list.Add(value);
    }
}
