using System.Security.Cryptography;
using LibGit2Sharp;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Tests.Samples;

public sealed class HistoryReaderTests : IDisposable
{
    private const string Code = "total = price * count + shipping\n";

    private readonly CommandLineRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Samples_are_parts_of_what_a_commit_added()
    {
        _repository.CommitFile("a.py", "first = compute(1)\nlast = compute(9)\n");
        string commit = _repository.CommitFile("a.py", "first = compute(1)\nadded = combine(first)\nlast = compute(9)\n");
        using ReadRepository read = Read();

        Sample sample = Assert.Single(read.Samples, sample => sample.Commit.Sha == commit);

        Assert.Equal(("a.py", MiddleKind.RestOfLine, SampleSource.Commit), (sample.Path, sample.Middle.Kind, sample.Source));
        Assert.EndsWith(read.MiddleOf(sample), "added = combine(first)", StringComparison.Ordinal);
    }

    [Fact]
    public void Only_new_commits_are_read_again()
    {
        string[] made = CommitSome(5);
        using ReadRepository read = Read();
        IReadOnlyList<Sample> before = read.Samples;
        string added = _repository.CommitFile("b.py", Code);
        List<HistoryProgress> progress = [];

        read.Read(progress: progress.Add);

        Assert.Equal([added, .. made.Reverse()], read.Commits.Select(commit => commit.Id.Sha));
        Assert.Equal(new HistoryProgress(1, 1, 1), Assert.Single(progress));
        Assert.Equal(before.Select(sample => sample.Id), read.Samples.Where(sample => sample.Commit.Sha != added).Select(sample => sample.Id));
    }

    [Fact]
    public void What_was_read_twice_is_the_same()
    {
        CommitSome(20);
        using ReadRepository first = Read();
        using ReadRepository second = Read();

        Assert.NotEmpty(first.Samples);
        Assert.Equal(first.Samples.Select(Describe), second.Samples.Select(Describe));
    }

    [Fact]
    public void What_a_merge_brings_counts_once()
    {
        _repository.CommitFile("a.py", Code);
        _repository.Git("checkout", "--quiet", "-b", "side");
        _repository.CommitFile("side.py", Code);
        _repository.Git("checkout", "--quiet", "main");
        _repository.CommitFile("main.py", Code);
        _repository.Git("merge", "--quiet", "--no-ff", "side");
        using ReadRepository read = Read();

        Assert.Equal(["a.py", "main.py", "side.py"], read.Samples.Select(sample => sample.Path).Order());
        Assert.Equal(1, read.Excluded[Exclusion.MergeCommit]);
    }

    [Fact]
    public void A_repository_without_commits_gives_nothing()
    {
        using ReadRepository read = Read();

        Assert.Empty(read.Commits);
        Assert.Empty(read.Samples);
    }

    [Fact]
    public void A_detached_head_is_read_up_to_where_it_is()
    {
        string[] made = CommitSome(4);
        _repository.Git("checkout", "--quiet", "--detach", made[1]);
        using ReadRepository read = Read();

        Assert.Equal([made[1], made[0]], read.Commits.Select(commit => commit.Id.Sha));
    }

    [Fact]
    public void History_after_a_given_commit_does_not_exist()
    {
        string[] made = CommitSome(4);
        using ReadRepository read = new(_repository.Root);

        read.Read(tip: made[1]);

        Assert.Equal([made[1], made[0]], read.Commits.Select(commit => commit.Id.Sha));
        Assert.Equal(2, read.Store.Commits().Count);
    }

    [Fact]
    public void Branches_are_read_when_they_are_switched_to()
    {
        string[] made = CommitSome(2);
        _repository.Git("checkout", "--quiet", "-b", "side", made[0]);
        string side = _repository.CommitFile("side.py", Code);
        using ReadRepository read = Read();
        _repository.Git("checkout", "--quiet", "main");

        read.Read();
        Assert.Equal([made[1], made[0]], read.Commits.Select(commit => commit.Id.Sha));
        Assert.Equal(1, read.NewCommits);

        _repository.Git("checkout", "--quiet", "side");
        read.Read();
        Assert.Equal([side, made[0]], read.Commits.Select(commit => commit.Id.Sha));
        Assert.Equal(0, read.NewCommits);
    }

    [Fact]
    public void What_was_rebased_or_forced_away_is_not_used_any_more()
    {
        string[] made = CommitSome(3);
        using ReadRepository read = Read();
        _repository.Git("reset", "--quiet", "--hard", made[1]);
        string instead = _repository.CommitFile("instead.py", Code);
        _repository.Git("reflog", "expire", "--expire=now", "--all");
        _repository.Git("gc", "--quiet", "--prune=now");

        read.Read();

        Assert.Equal([instead, made[1], made[0]], read.Commits.Select(commit => commit.Id.Sha));
        Assert.DoesNotContain(read.Samples, sample => sample.Commit.Sha == made[2]);
    }

    [Fact]
    public void Rebased_commits_are_read_as_new_ones()
    {
        string first = _repository.CommitFile("a.py", Code);
        _repository.Git("checkout", "--quiet", "-b", "side");
        string moved = _repository.CommitFile("side.py", Code);
        _repository.Git("checkout", "--quiet", "main");
        string onto = _repository.CommitFile("main.py", Code);
        _repository.Git("checkout", "--quiet", "side");
        using ReadRepository read = Read();
        _repository.Git("rebase", "--quiet", "main");

        read.Read();

        Assert.Equal(3, read.Commits.Count);
        Assert.Equal([onto, first], read.Commits.Skip(1).Select(commit => commit.Id.Sha));
        Assert.NotEqual(moved, read.Commits[0].Id.Sha);
        Assert.Equal(["a.py", "main.py", "side.py"], read.Paths);
    }

    [Fact]
    public void A_worktree_is_read_from_its_own_head()
    {
        CommitSome(2);
        string worktree = _repository.Beside("worktree");
        _repository.Git("worktree", "add", "--quiet", worktree, "-b", "other");
        File.WriteAllText(Path.Combine(worktree, "other.py"), Code);
        _repository.GitIn(worktree, null, "add", "other.py");
        _repository.GitIn(worktree, null, "commit", "--quiet", "--message", "Other");
        using ReadRepository read = new ReadRepository(worktree).Read();

        Assert.Equal(3, read.Commits.Count);
        Assert.Contains("other.py", read.Paths);
    }

    [Fact]
    public void A_submodule_is_no_file_of_the_repository()
    {
        using CommandLineRepository library = new();
        library.CommitFile("library.py", Code);
        _repository.CommitFile("a.py", Code);
        _repository.Git("submodule", "--quiet", "add", library.Root, "library");
        _repository.Commit();
        using ReadRepository read = Read();

        Assert.Equal(["a.py"], read.Paths);
        using ReadRepository inside = new ReadRepository(Path.Combine(_repository.Root, "library")).Read();
        Assert.Equal(["library.py"], inside.Paths);
    }

    [Fact]
    public void Where_a_shallow_clone_ends_nothing_is_taken_for_new()
    {
        CommitSome(5);
        string clone = _repository.Beside("shallow");
        _repository.Git("clone", "--quiet", "--depth", "2", "file://" + _repository.Root, clone);
        using ReadRepository read = new ReadRepository(clone).Read();

        Assert.Equal(2, read.Commits.Count);
        Assert.Equal(read.Commits[0].Id, Assert.Single(read.Samples.Select(sample => sample.Commit).Distinct()));
        Assert.Equal(1, read.Excluded[Exclusion.CutOffCommit]);
    }

    [Fact]
    public void What_a_partial_clone_lacks_is_left_out()
    {
        _repository.CommitFile("a.py", "a = compute(1)\n");
        _repository.CommitFile("a.py", "a = compute(2)\n");
        _repository.Git("config", "uploadpack.allowFilter", "true");
        string clone = _repository.Beside("partial");
        _repository.Git("clone", "--quiet", "--filter=blob:none", "file://" + _repository.Root, clone);
        using ReadRepository read = new ReadRepository(clone).Read();

        Assert.Empty(read.Samples);
        Assert.Equal(2, read.Excluded[Exclusion.Missing]);
    }

    [Fact]
    public void A_renamed_file_gives_only_what_was_added_to_it()
    {
        string text = string.Concat(Enumerable.Range(0, 30).Select(i => $"value_{i} = compute({i})\n"));
        _repository.CommitFile("old.py", text);
        File.Delete(Path.Combine(_repository.Root, "old.py"));
        string renamed = _repository.CommitFile("new.py", text + "added = combine(value_1)\n");
        using ReadRepository read = Read();

        Sample sample = Assert.Single(read.Samples, sample => sample.Commit.Sha == renamed);
        Assert.Equal(("new.py", "old.py"), (sample.Path, sample.OldPath));
    }

    [Fact]
    public void What_nobody_wrote_here_is_left_out_and_counted()
    {
        string[] lines = [.. Enumerable.Range(0, 40).Select(i => $"value_{i} = compute({i})")];
        _repository.Write("good.py", Code);
        _repository.Write("notes.md", Code);
        _repository.Write("node_modules/a.js", Code);
        _repository.Write("marked.py", "# @generated\n" + Code);
        _repository.Write("long.py", "a = '" + new string('x', 2000) + "'\n" + Code);
        _repository.Write("large.py", string.Concat(Enumerable.Repeat(Code, 10_000)));
        _repository.Write("binary.py", "\0" + Code);
        _repository.Write("pointer.py", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n");
        _repository.Write(".env.py", "A = 1\n");
        _repository.Write("comment.py", "# Nothing to complete.\n");
        _repository.Commit();
        _repository.CommitFile("import.py", string.Join('\n', lines));
        for (int i = 0; i < 11; i++)
        {
            _repository.Write($"many/{i}.py", Code);
        }

        _repository.Commit();
        using ReadRepository read = Read(new() { MaxFilesInCommit = 10, MaxLinesInCommit = 30 });

        Assert.Equal(["good.py"], read.Paths);
        Assert.Equal(
            new Dictionary<Exclusion, int>
            {
                [Exclusion.BulkCommit] = 2,
                [Exclusion.NotSource] = 1,
                [Exclusion.Generated] = 2,
                [Exclusion.Secret] = 1,
                [Exclusion.Binary] = 1,
                [Exclusion.TooLarge] = 1,
                [Exclusion.LongLines] = 1,
                [Exclusion.LargeFilePointer] = 1,
                [Exclusion.NothingToComplete] = 1,
            }.OrderBy(pair => pair.Key),
            read.Excluded.OrderBy(pair => pair.Key));
    }

    [Theory]
    [InlineData(".gitignore", "private/\n")]
    [InlineData(".localcopilotignore", "private/\n")]
    [InlineData(".localcopilot.json", """{ "exclude": ["private/"] }""")]
    [InlineData(".git/info/exclude", "private/\n")]
    public void What_is_ignored_later_is_left_out_of_all_history(string file, string text)
    {
        _repository.Write("open.py", Code);
        _repository.CommitFile("private/a.py", Code);
        _repository.CommitFile("private/a.py", Code + "more = total + 1\n");
        using ReadRepository read = Read();
        Assert.Equal(["open.py", "private/a.py"], read.Paths);
        _repository.Write(file, text);

        read.Read();
        Assert.Equal(["open.py"], read.Paths);
        Assert.Equal(2, read.Excluded[Exclusion.Ignored]);

        using ReadRepository fresh = Read();
        Assert.Equal(["open.py"], fresh.Paths);
        Assert.Equal(2, fresh.Excluded[Exclusion.Ignored]);
    }

    [Fact]
    public void Where_it_is_turned_off_nothing_is_read_and_nothing_kept()
    {
        _repository.CommitFile("a.py", Code);
        using ReadRepository read = Read();
        _repository.Write(".localcopilot.json", """{ "enabled": false }""");

        read.Read();

        Assert.Empty(read.Commits);
        Assert.All(read.Store.Commits(), commit => Assert.Empty(read.Store.SamplesOf(commit)));
    }

    [Fact]
    public void Reading_can_be_ended_at_any_commit_and_goes_on_with_the_rest()
    {
        const int Count = 150;
        CommitSome(Count);
        using ReadRepository read = new(_repository.Root);
        using CancellationTokenSource ending = new();

        Assert.Throws<OperationCanceledException>(() => read.Read(progress: _ => ending.Cancel(), ending: ending));

        HashSet<ObjectId> readBefore = read.Store.Commits();
        Assert.InRange(readBefore.Count, 1, Count - 1);
        read.Read();
        Assert.Equal(Count, read.Commits.Count);
        Assert.Equal(Count - readBefore.Count, read.NewCommits);
        Assert.True(readBefore.SetEquals(read.Commits.Take(readBefore.Count).Select(commit => commit.Id)), "The newest come first.");
    }

    [Fact]
    public void A_repository_may_be_changed_while_it_is_read()
    {
        CommitSome(150);
        using ReadRepository read = new(_repository.Root);
        int reports = 0;

        read.Read(progress: _ =>
        {
            // All that users do, in a moment.
            if (reports++ == 0)
            {
                _repository.CommitFile("meanwhile.py", Code);
                _repository.Git("reset", "--quiet", "--hard", "HEAD~20");
                _repository.Git("reflog", "expire", "--expire=now", "--all");
                _repository.Git("gc", "--quiet", "--prune=now");
            }
        });
        read.Read();

        Assert.Equal(131, read.Commits.Count);
        Assert.Superset(read.Commits.Select(commit => commit.Id).ToHashSet(), read.Store.Commits());
    }

    [Fact]
    public void Nothing_is_written_to_the_repository()
    {
        CommitSome(3);
        _repository.Write("new.py", Code);
        _repository.Git("gc", "--quiet");
        File.SetLastWriteTimeUtc(Path.Combine(_repository.Root, "a.py"), DateTime.UnixEpoch);
        Dictionary<string, string> before = Fingerprints();

        using ReadRepository read = Read();

        Assert.NotEmpty(read.Samples);
        Assert.Equal(before, Fingerprints());
    }

    [Fact]
    public void Commits_that_are_gone_are_forgotten_when_there_are_too_many()
    {
        CommitSome(6);
        HistoryOptions options = new() { MaxCommits = 2 };
        using ReadRepository read = Read(options);
        for (int i = 0; i < 4; i++)
        {
            _repository.Git("commit", "--quiet", "--amend", "--allow-empty", "--message", $"{i}");
            read.Read();
        }

        Assert.Equal(2, read.Commits.Count);
        Assert.Equal(4, read.Store.Commits().Count);
        Assert.Superset(read.Commits.Select(commit => commit.Id).ToHashSet(), read.Store.Commits());
    }

    private ReadRepository Read(HistoryOptions? options = null) => new ReadRepository(_repository.Root, options).Read();

    private string[] CommitSome(int count)
    {
        // One call of git for all: a process for each commit would take seconds.
        string text = "";
        _repository.GitIn(
            _repository.Root,
            stream =>
            {
                for (int i = 0; i < count; i++)
                {
                    text += $"value_{i} = compute(first, {i})\n";
                    stream.Write($"commit refs/heads/main\ncommitter Somebody <somebody@example.org> {1_700_000_000 + (i * 60)} +0000\ndata 0\n");
                    stream.Write($"M 100644 inline a.py\ndata {text.Length}\n{text}\n");
                }
            },
            "fast-import",
            "--quiet");
        _repository.Git("reset", "--quiet", "--hard");
        _repository.Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + (count * 60));
        return [.. _repository.Git("rev-list", "--reverse", "HEAD").Split('\n')];
    }

    private Dictionary<string, string> Fingerprints() =>
        Directory.EnumerateFiles(_repository.Root, "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => $"{File.GetLastWriteTimeUtc(file):O} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}");

    private static string Describe(Sample sample) => $"{sample.Commit} {sample.Path} {sample.Blob} {sample.Middle} {string.Join(',', sample.Signature)}";
}
