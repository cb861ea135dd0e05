using CsCheck;
using LibGit2Sharp;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Tests.Samples;

public sealed class PastIndexTests : IDisposable
{
    private readonly TemporaryRepository _folder = new();
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("lc-past-");
    private int _files;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _data.Delete(recursive: true);
    }

    /// <summary>However it came there, it is the index that a tree would have had from the start.</summary>
    [Fact]
    public void After_any_moves_it_is_the_index_of_the_tree() =>
        Gen.Select(ScriptedHistory.Steps(5, 25), Gen.Int[0, 1000].Array[2, 8]).Sample(
            (steps, moves) =>
            {
                using Repository repository = new(_folder.Root);
                string[] commits = ScriptedHistory.Write(repository, steps);
                using PastIndex moved = Open(repository);
                foreach (int move in moves)
                {
                    Tree tree = repository.Lookup<Commit>(commits[move % commits.Length]).Tree;
                    moved.MoveTo(tree, Cancelled);
                    using PastIndex fresh = Open(repository);
                    fresh.MoveTo(tree, Cancelled);
                    Assert.Equal(All(fresh), All(moved));
                    Assert.NotEmpty(All(moved));
                }

                moved.MoveTo(null, Cancelled);
                Assert.Empty(All(moved));
            },
            iter: 10,
            threads: 1);

    [Fact]
    public void What_is_left_of_another_move_is_put_right()
    {
        using Repository repository = new(_folder.Root);
        string[] commits = ScriptedHistory.Write(repository, [.. Enumerable.Range(0, 12).Select(i => new ScriptedHistory.Step(0, false, 0, i % 6, 0, 10, false))]);
        Tree last = repository.Lookup<Commit>(commits[^1]).Tree;
        string file = Path.Combine(_data.FullName, "kept.index");
        using (PastIndex before = Open(repository, file))
        {
            before.MoveTo(repository.Lookup<Commit>(commits[3]).Tree, Cancelled);
            using CancellationTokenSource ended = new();
            ended.Cancel();
            Assert.Throws<OperationCanceledException>(() => before.MoveTo(last, ended.Token));
        }

        using PastIndex again = Open(repository, file);
        again.MoveTo(last, Cancelled);
        using PastIndex fresh = Open(repository);
        fresh.MoveTo(last, Cancelled);

        Assert.Equal(All(fresh), All(again));
    }

    [Fact]
    public void What_must_not_be_learned_from_is_not_found_either()
    {
        const string Code = "def compute_total(order):\n    total = order.price * order.count\n    shipping = order.shipping\n    return total + shipping\n";
        _folder.Write("open.py", Code);
        _folder.Write("private/a.py", Code);
        _folder.Write("vendor/b.py", Code);
        _folder.Write("keys.py", Code + "api_key = '" + "Ab1Cd2Ef3Gh4Ij5Kl6'\n");
        _folder.Commit();
        _folder.Write(".localcopilotignore", "private/\n");
        using Repository repository = new(_folder.Root);
        using PastIndex index = Open(repository);

        index.MoveTo(repository.Head.Tip.Tree, Cancelled);

        Assert.Equal(["open.py"], index.Find(Query("compute_total(order.price"), []).Select(chunk => chunk.Path));
        Assert.Empty(index.Find(Query("compute_total(order.price"), ["open.py"]));
    }

    private PastIndex Open(Repository repository, string? file = null) =>
        new(repository, new(repository, RepositorySettings.Load(_folder.Root)), new(), file ?? Path.Combine(_data.FullName, $"{_files++}.index"));

    /// <summary>In their order: what was there before must not count in the ranking.</summary>
    private static string[] All(PastIndex index) =>
        [.. index.Find(Query("order price_1 price_2 price_3 shop_0 shop_1 shop_2 shop_3 shop_4 shop_5"), []).Select(chunk => $"{chunk}")];

    private static ContextQuery Query(string text) => new() { Path = "", LanguageId = "", Before = text, MaxChunks = 1000 };
}
