using CsCheck;
using LibGit2Sharp;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Tests.Git;

public sealed class HistoryWalkTests : IDisposable
{
    private readonly CommandLineRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void The_newest_come_first_and_no_more_than_wanted()
    {
        string[] made = [.. Enumerable.Range(0, 6).Select(_ => _repository.Commit())];

        Assert.Equal(made.Reverse(), Walk());
        Assert.Equal(made.Reverse().Take(4), Walk(most: 4));
    }

    [Fact]
    public void Both_sides_of_a_merge_are_walked_once()
    {
        string first = _repository.Commit();
        _repository.Git("checkout", "--quiet", "-b", "side");
        string side = _repository.CommitFile("side.py", "a = 1\n");
        _repository.Git("checkout", "--quiet", "main");
        string main = _repository.CommitFile("main.py", "a = 1\n");
        _repository.Git("merge", "--quiet", "--no-ff", "side");
        string merge = _repository.Git("rev-parse", "HEAD");

        Assert.Equal([merge, main, side, first], Walk());
    }

    /// <summary>A wrong clock must not make a commit newer than one that was made from it.</summary>
    [Fact]
    public void Wrong_clocks_do_not_put_a_commit_before_its_children()
    {
        string first = _repository.Commit();
        _repository.Now = _repository.Now.AddYears(10);
        string fromTheFuture = _repository.Commit();
        _repository.Git("checkout", "--quiet", "-b", "side");
        _repository.Now = _repository.Now.AddYears(-10);
        string side = _repository.Commit();
        _repository.Git("checkout", "--quiet", "main");
        string main = _repository.CommitFile("a.py", "a = 1\n");
        _repository.Git("merge", "--quiet", "--no-ff", "side");

        Assert.Equal([_repository.Git("rev-parse", "HEAD"), main, side, fromTheFuture, first], Walk());
    }

    [Fact]
    public void A_shallow_clone_ends_where_it_was_cut_off()
    {
        string[] made = [.. Enumerable.Range(0, 5).Select(i => _repository.CommitFile("a.py", $"a = {i}\n"))];
        string clone = _repository.Beside("shallow");
        _repository.Git("clone", "--quiet", "--depth", "2", "file://" + _repository.Root, clone);

        using Repository repository = new(clone);
        IReadOnlyList<HistoryCommit> commits = HistoryWalk.Newest(repository, repository.Head.Tip.Id, 100, TestContext.Current.CancellationToken);

        Assert.Equal([made[4], made[3]], commits.Select(commit => commit.Id.Sha));
        Assert.Equal([false, true], commits.Select(commit => commit.IsCutOff));
    }

    [Fact]
    public void A_shallow_clone_is_seen_to_be_one_from_its_worktree_too()
    {
        _ = Enumerable.Range(0, 3).Select(i => _repository.CommitFile("a.py", $"a = {i}\n")).Last();
        string clone = _repository.Beside("shallow");
        string worktree = _repository.Beside("worktree");
        _repository.Git("clone", "--quiet", "--depth", "1", "file://" + _repository.Root, clone);
        _repository.GitIn(clone, null, "worktree", "add", "--quiet", worktree, "--detach");

        using Repository repository = new(worktree);

        Assert.True(Assert.Single(HistoryWalk.Newest(repository, repository.Head.Tip.Id, 100, TestContext.Current.CancellationToken)).IsCutOff);
    }

    [Fact]
    public void Working_trees_of_one_repository_have_a_folder_in_common()
    {
        _repository.Commit();
        string worktree = _repository.Beside("worktree");
        _repository.Git("worktree", "add", "--quiet", worktree, "-b", "other");

        using Repository main = _repository.Open();
        using Repository other = new(worktree);

        Assert.Equal(Path.Combine(_repository.Root, ".git"), CommonFolder.Of(main));
        Assert.Equal(CommonFolder.Of(main), CommonFolder.Of(other));
        Assert.Equal([_repository.Root, worktree], WorkingTrees.Of(_repository.Root));
        Assert.Equal([worktree, _repository.Root], WorkingTrees.Of(worktree));
        Assert.Equal([_repository.Beside("gone")], WorkingTrees.Of(_repository.Beside("gone")));
    }

    [Fact]
    public void A_commit_that_is_not_there_is_said_not_to_be()
    {
        _repository.Commit();
        using Repository repository = _repository.Open();

        Assert.Throws<NotFoundException>(() => HistoryWalk.Newest(repository, new ObjectId(new string('1', 40)), 1, TestContext.Current.CancellationToken));
    }

    /// <summary>Any history, with any times: everything once, children first, and of the newest all that git itself lists.</summary>
    [Fact]
    public void Any_history_is_listed_whole_with_children_first()
    {
        // Each commit's parents are among the ones before it; times jump about.
        Gen<(int[] Parents, int Minutes)[]> histories = Gen.Select(Gen.Int[0, 1_000_000].Array[1, 2], Gen.Int[-5000, 5000]).Array[1, 40];
        histories.Sample(
            history =>
            {
                using Repository repository = _repository.Open();
                Tree tree = repository.ObjectDatabase.CreateTree(new TreeDefinition());
                List<Commit> made = [];
                foreach (var (parents, minutes) in history)
                {
                    Signature author = new("Somebody", "somebody@example.org", DateTimeOffset.UnixEpoch.AddDays(100).AddMinutes(minutes));
                    Commit[] from = [.. parents.Where(_ => made.Count > 0).Select(parent => made[parent % made.Count]).Append(made.LastOrDefault()).OfType<Commit>().Distinct()];
                    made.Add(repository.ObjectDatabase.CreateCommit(author, author, $"{made.Count}", tree, from, false));
                }

                IReadOnlyList<HistoryCommit> commits = HistoryWalk.Newest(repository, made[^1].Id, 1000, CancellationToken.None);

                Assert.Equal(made.Select(commit => commit.Sha).Order(), commits.Select(commit => commit.Id.Sha).Order());
                HashSet<ObjectId> seen = [];
                foreach (HistoryCommit commit in commits)
                {
                    Assert.DoesNotContain(commit.Parents, seen.Contains);
                    seen.Add(commit.Id);
                }
            },
            iter: 20,
            threads: 1);
    }

    private IEnumerable<string> Walk(int most = 100)
    {
        using Repository repository = _repository.Open();
        return [.. HistoryWalk.Newest(repository, repository.Head.Tip.Id, most, TestContext.Current.CancellationToken).Select(commit => commit.Id.Sha)];
    }
}
