using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Completions and demos in repositories of every kind, made by git itself.</summary>
public class RepositoryKindsTests
{
    private const string Code = "def add(first, second):\n    return first + second\n\n\ndef subtract(first, second):\n    return \n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("usual")]
    [InlineData("shallow clone")]
    [InlineData("partial clone")]
    [InlineData("submodule")]
    [InlineData("worktree")]
    [InlineData("detached head")]
    [InlineData("without commits")]
    [InlineData("in the middle of a merge")]
    [InlineData("lines that end with CR LF")]
    public async Task A_repository_is_completed_in_and_measured(string kind)
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = new();
        string root = Make(repository, kind);

        var complete = await sandbox.RunAsync(Cancelled, "complete", Path.Combine(root, "a.py") + ":6:12", "--json");
        var demo = await sandbox.RunAsync(Cancelled, "demo", root, "--no-learning", "--positions", "2", "--json");

        Assert.Equal((0, ""), (complete.ExitCode, complete.Error));
        Assert.NotEmpty(JsonNode.Parse(complete.Output)!["completions"]!.AsArray());
        Assert.Equal((0, ""), (demo.ExitCode, demo.Error));
        JsonNode report = JsonNode.Parse(demo.Output)!;
        Assert.Equal((root, kind != "without commits"), (report["repository"]!.GetValue<string>(), report["head"] is not null));
        Assert.Equal(2, report["items"]!.AsArray().Count);
        Assert.All(report["items"]!.AsArray(), item => Assert.DoesNotContain("\r", item!["expected"]!.GetValue<string>() + item["completion"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_working_trees_of_a_repository_are_forgotten_with_it()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = new();
        string worktree = Make(repository, "worktree");
        foreach (string root in (string[])[worktree, repository.Root])
        {
            await sandbox.RunAsync(Cancelled, "demo", root, "--no-learning", "--positions", "1");
        }

        Assert.Equal(2, Directory.GetFiles(sandbox.Paths.IndexDirectory, "*.db").Length);

        var forget = await sandbox.RunAsync(Cancelled, "forget", repository.Root, "--yes");

        Assert.Equal((0, ""), (forget.ExitCode, forget.Error));
        Assert.Empty(Directory.GetFiles(sandbox.Paths.IndexDirectory));
    }

    [Fact]
    public async Task In_a_bare_repository_a_text_is_completed_and_a_demo_says_what_to_give_instead()
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = new();
        repository.CommitFile("a.py", Code);
        string bare = repository.Beside("bare.git");
        repository.Git("clone", "--quiet", "--bare", repository.Root, bare);

        var complete = await sandbox.RunWithInputAsync(Code, Cancelled, "complete", Path.Combine(bare, "a.py") + ":6:12", "--stdin");
        var demo = await sandbox.RunAsync(Cancelled, "demo", bare);

        Assert.Equal((0, ""), (complete.ExitCode, complete.Error));
        Assert.NotEmpty(complete.Output.Trim());
        Assert.Equal((1, ""), (demo.ExitCode, demo.Output));
        Assert.Contains("is a bare repository", demo.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".git/HEAD", "nonsense")]
    [InlineData(".git/index", "nonsense")]
    [InlineData(".git/config", "[nonsense")]
    [InlineData(".git/objects", null)]
    public async Task In_a_damaged_repository_completions_go_on(string path, string? content)
    {
        await using Sandbox sandbox = new();
        using CommandLineRepository repository = new();
        repository.CommitFile("a.py", Code);
        string damaged = Path.Combine(repository.Root, path);
        if (content is null)
        {
            Directory.Move(damaged, damaged + "-gone");
        }
        else
        {
            await File.WriteAllTextAsync(damaged, content, Cancelled);
        }

        var complete = await sandbox.RunAsync(Cancelled, "complete", Path.Combine(repository.Root, "a.py") + ":6:12");
        var demo = await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--positions", "1");

        Assert.Equal((0, ""), (complete.ExitCode, complete.Error));
        Assert.NotEmpty(complete.Output.Trim());
        // What can be seen of it is shown, or it is said why not: no trace of a defect.
        Assert.InRange(demo.ExitCode, 0, 1);
        Assert.Equal(demo.ExitCode == 1, demo.Error.Contains("cannot be read", StringComparison.Ordinal));
    }

    private static string Make(CommandLineRepository repository, string kind)
    {
        repository.CommitFile("b.py", Code.Replace("first", "left", StringComparison.Ordinal));
        repository.CommitFile("a.py", Code);
        switch (kind)
        {
            case "shallow clone":
                repository.Git("clone", "--quiet", "--depth", "1", "file://" + repository.Root, repository.Beside("shallow"));
                return repository.Beside("shallow");
            case "partial clone":
                repository.Git("config", "uploadpack.allowFilter", "true");
                repository.Git("clone", "--quiet", "--filter=blob:none", "file://" + repository.Root, repository.Beside("partial"));
                return repository.Beside("partial");
            case "submodule":
                string library = repository.Beside("library");
                repository.Git("clone", "--quiet", repository.Root, library);
                repository.Git("submodule", "--quiet", "add", library, "library");
                repository.Commit();
                return Path.Combine(repository.Root, "library");
            case "worktree":
                repository.Git("worktree", "add", "--quiet", repository.Beside("worktree"), "-b", "other");
                return repository.Beside("worktree");
            case "detached head":
                repository.Git("checkout", "--quiet", "--detach");
                break;
            case "without commits":
                string empty = repository.Beside("empty");
                repository.Git("init", "--quiet", empty);
                File.WriteAllText(Path.Combine(empty, "a.py"), Code);
                return empty;
            case "in the middle of a merge":
                repository.Git("checkout", "--quiet", "-b", "other");
                repository.CommitFile("b.py", "theirs = compute(1)\n");
                repository.Git("checkout", "--quiet", "main");
                repository.CommitFile("b.py", "ours = compute(2)\n");
                repository.Git("merge", "--quiet", "--strategy", "ours", "--no-commit", "other");
                break;
            case "lines that end with CR LF":
                repository.Git("config", "core.autocrlf", "false");
                repository.CommitFile("a.py", Code.Replace("\n", "\r\n", StringComparison.Ordinal));
                repository.CommitFile("b.py", Code.Replace("\n", "\r\n", StringComparison.Ordinal));
                break;
        }

        return repository.Root;
    }
}
