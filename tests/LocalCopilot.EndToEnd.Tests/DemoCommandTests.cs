using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using LibGit2Sharp;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>`localcopilot demo` on small real repositories.</summary>
/// <remarks>A demo that learns has a daemon of its own, which inherits the sandbox's variables: by those it is found.</remarks>
public class DemoCommandTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_place_and_the_summary_are_given_as_json()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = SmallRepository();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--no-learning", "--positions", "6", "--json");

        Assert.Equal((0, ""), (exitCode, error));
        JsonNode report = JsonNode.Parse(output)!;
        JsonArray items = report["items"]!.AsArray();
        Assert.Equal((6, 6, 40), (report["positions"]!.GetValue<int>(), items.Count, report["head"]!.GetValue<string>().Length));
        Assert.All(items, item =>
        {
            string line = File.ReadAllLines(Path.Combine(repository.Root, item!["path"]!.GetValue<string>()))[item["line"]!.GetValue<int>() - 1];
            Assert.Equal(item["expected"]!.GetValue<string>(), line[(item["column"]!.GetValue<int>() - 1)..].Trim());
            Assert.True(item["promptTokens"]!.GetValue<int>() > 0 && item["ms"]!.GetValue<double>() > 0);
            Assert.Equal(item["exactMatch"]!.GetValue<bool>(), item["expected"]!.GetValue<string>() == item["completion"]!.GetValue<string>().Trim());
        });
        Assert.Equal(items.Average(item => item!["editSimilarity"]!.GetValue<double>()), report["editSimilarity"]!.GetValue<double>(), 6);
        Assert.Equal(items.Count(item => item!["exactMatch"]!.GetValue<bool>()) / 6.0, report["exactMatch"]!.GetValue<double>(), 6);
        Assert.True(report["latencyMs"]!["p50"]!.GetValue<double>() <= report["latencyMs"]!["p95"]!.GetValue<double>());
    }

    [Fact]
    public async Task A_second_run_asks_the_model_again_and_gets_the_same()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = SmallRepository();

        JsonArray[] runs = new JsonArray[2];
        for (int run = 0; run < 2; run++)
        {
            runs[run] = JsonNode.Parse((await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--no-learning", "--positions", "4", "--seed", "3", "--no-context", "--json")).Output)!["items"]!.AsArray();
        }

        Assert.Equal(runs[0].Select(item => item!["completion"]!.GetValue<string>()), runs[1].Select(item => item!["completion"]!.GetValue<string>()));
        Assert.All(runs[1], item => Assert.True(item!["promptTokens"]!.GetValue<int>() > 0));
    }

    [Theory]
    [InlineData("line")]
    [InlineData("block")]
    public async Task Without_a_terminal_it_is_plain_text(string kind)
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = SmallRepository();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--no-learning", "--positions", "3", "--kind", kind);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.DoesNotContain('\u001b', output);
        Assert.Contains("3/3", output, StringComparison.Ordinal);
        Assert.Contains("exact match", output, StringComparison.Ordinal);
        Assert.Contains("median", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public async Task A_folder_without_a_repository_and_a_repository_without_code_are_said()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository empty = new();
        using TemporaryRepository off = SmallRepository();
        off.Write(".localcopilot.json", """{ "enabled": false }""");

        var none = await sandbox.RunAsync(Cancelled, "demo", sandbox.Root);
        var noCode = await sandbox.RunAsync(Cancelled, "demo", empty.Root);
        var disabled = await sandbox.RunAsync(Cancelled, "demo", off.Root);

        Assert.Equal((1, 1, 1), (none.ExitCode, noCode.ExitCode, disabled.ExitCode));
        Assert.Contains("belongs to no repository", none.Error, StringComparison.Ordinal);
        Assert.Contains("no source file to complete in", noCode.Error, StringComparison.Ordinal);
        Assert.Contains("\"enabled\": false", disabled.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_it_with_130()
    {
        Requirement.Holds(!OperatingSystem.IsWindows(), "needs a system with signals");
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = SmallRepository();
        using Process demo = sandbox.StartInterruptible("demo", repository.Root, "--no-learning", "--positions", "100000");
        while (await demo.StandardOutput.ReadLineAsync(Cancelled) is { } line && !line.Contains("2/", StringComparison.Ordinal))
        {
        }

        using Process kill = Process.Start("kill", ["-INT", demo.Id.ToString(CultureInfo.InvariantCulture)]);
        Task<string> rest = demo.StandardOutput.ReadToEndAsync(Cancelled);
        await demo.WaitForExitAsync(Cancelled);

        Assert.Equal(130, demo.ExitCode);
        Assert.DoesNotContain("exact match", await rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_learns_and_completes_the_same_lines_of_hidden_commits_before_and_after()
    {
        await using LearnedRepository repository = new();
        KeepTemporaryFiles(repository.Sandbox);

        var (exitCode, output, error) = await repository.Sandbox.RunAsync(Cancelled, "demo", repository.Root, "--json");

        Assert.True(exitCode == 0, error);
        JsonNode report = JsonNode.Parse(output)!;
        Assert.True(report["adaptation"]!["outcome"]!.GetValue<string>() == "activated", output);
        Assert.Null(report["reason"]);
        Assert.Equal((24, 10, 91), (report["positions"]!.GetValue<int>(), report["hiddenCommits"]!.GetValue<int>(), report["commits"]!.GetValue<int>()));
        JsonNode[] items = [.. report["items"]!.AsArray().Select(item => item!)];
        HashSet<string> hidden = FilesSince(repository.Root, report["until"]!.GetValue<string>());
        Assert.Equal((24, 10), (items.Length, hidden.Count));
        Assert.All(items, item =>
        {
            Assert.Contains(item["path"]!.GetValue<string>(), hidden);
            // Neither is answered from a cache.
            Assert.True(item["before"]!["generatedTokens"]!.GetValue<int>() > 0 && item["after"]!["generatedTokens"]!.GetValue<int>() > 0);
        });
        Assert.Contains(items, item => item["before"]!["completion"]!.GetValue<string>() != item["after"]!["completion"]!.GetValue<string>());
        foreach (string change in (string[])["better", "same", "worse"])
        {
            Assert.Equal(report[change]!.GetValue<int>(), items.Count(item => item["change"]!.GetValue<string>() == change));
        }

        Assert.True(report["better"]!.GetValue<int>() > report["worse"]!.GetValue<int>(), output);
        Assert.True(report["after"]!["editSimilarity"]!.GetValue<double>() > report["before"]!["editSimilarity"]!.GetValue<double>());
        await AssertNothingIsLeftAsync(repository.Sandbox);
    }

    [Fact]
    public async Task As_plain_text_it_shows_before_the_verdict_and_after()
    {
        await using LearnedRepository repository = new();
        KeepTemporaryFiles(repository.Sandbox);

        var (exitCode, output, error) = await repository.Sandbox.RunAsync(Cancelled, "demo", repository.Root, "--positions", "5", "--budget", "15s");

        Assert.True(exitCode == 0, error);
        Assert.DoesNotContain('\u001b', output);
        Assert.Contains("Training, ", error, StringComparison.Ordinal);
        int last = -1;
        foreach (string part in (string[])["the newest 10 of 91 commits are hidden", "Before: ", "Active: Better on ", "general code", "5/5", "edit similarity", "95th percentile", " worse, of 5", "Nothing of this was kept"])
        {
            int next = output.IndexOf(part, StringComparison.Ordinal);
            Assert.True(next > last, $"'{part}' is missing or comes too early: {output}");
            last = next;
        }

        Assert.DoesNotContain("rollback", output, StringComparison.Ordinal);
        await AssertNothingIsLeftAsync(repository.Sandbox);
    }

    [Fact]
    public async Task Ctrl_C_while_it_learns_ends_its_daemon_too()
    {
        Requirement.Holds(!OperatingSystem.IsWindows(), "needs a system with signals");
        await using LearnedRepository repository = new();
        KeepTemporaryFiles(repository.Sandbox);
        using Process demo = repository.Sandbox.StartInterruptible("demo", repository.Root, "--positions", "2", "--budget", "5m");
        while (await demo.StandardError.ReadLineAsync(Cancelled) is { } line && !line.StartsWith("Training, ", StringComparison.Ordinal))
        {
        }

        using Process kill = Process.Start("kill", ["-INT", demo.Id.ToString(CultureInfo.InvariantCulture)]);
        await demo.WaitForExitAsync(Cancelled);

        Assert.Equal(130, demo.ExitCode);
        await AssertNothingIsLeftAsync(repository.Sandbox);
    }

    [Theory]
    [InlineData(1, "too few commits")]
    [InlineData(6, "More commits with code are")]
    public async Task Where_history_is_too_short_it_shows_completions_alone(int commits, string reason)
    {
        await using Sandbox sandbox = new();
        KeepTemporaryFiles(sandbox);
        using TemporaryRepository repository = new();
        for (int commit = 0; commit < commits; commit++)
        {
            repository.Write($"shape{commit}.py", $"def area_{commit}(width, height):\n    result = width * height + {commit}\n    return result\n");
            repository.Commit();
        }

        var text = await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--positions", "2");
        var json = await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--positions", "2", "--json");

        Assert.Equal((0, 0), (text.ExitCode, json.ExitCode));
        Assert.Contains(reason, text.Output, StringComparison.Ordinal);
        Assert.Contains("2/2", text.Output, StringComparison.Ordinal);
        JsonNode report = JsonNode.Parse(json.Output)!;
        Assert.Contains(reason, report["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(report["after"]);
        Assert.All(report["items"]!.AsArray(), item => Assert.True(item!["before"]!["promptTokens"]!.GetValue<int>() > 0));
        await AssertNothingIsLeftAsync(sandbox);
    }

    /// <summary>Has temporary files made where they can be found.</summary>
    private static void KeepTemporaryFiles(Sandbox sandbox) => sandbox.Environment[OperatingSystem.IsWindows() ? "TEMP" : "TMPDIR"] = Directory.CreateDirectory(TemporaryFolder(sandbox)).FullName;

    private static string TemporaryFolder(Sandbox sandbox) => Path.Combine(sandbox.Root, "tmp");

    /// <summary>No folder of the demo, nothing that a daemon of the user would have made, and no process.</summary>
    private static async Task AssertNothingIsLeftAsync(Sandbox sandbox)
    {
        Assert.Empty(Directory.GetDirectories(TemporaryFolder(sandbox), "lc-*"));
        Assert.False(Directory.Exists(sandbox.Paths.DataDirectory) || Directory.Exists(sandbox.Paths.StateDirectory) || File.Exists(sandbox.Paths.LockFile));
        if (OperatingSystem.IsLinux())
        {
            await Eventually.HoldsAsync(() => !Processes.AnyIn(sandbox));
        }
    }

    private static HashSet<string> FilesSince(string root, string until)
    {
        using Repository repository = new(root);
        using TreeChanges changes = repository.Diff.Compare<TreeChanges>(repository.Lookup<Commit>(until).Tree, repository.Head.Tip.Tree);
        return [.. changes.Added.Select(change => change.Path)];
    }

    private static TemporaryRepository SmallRepository()
    {
        TemporaryRepository repository = new();
        for (int file = 0; file < 4; file++)
        {
            repository.Write($"src/shape{file}.py", string.Concat(Enumerable.Range(0, 200).Select(number => $"def area_{number}(width, height):\n    result = width * height + {number}\n    return result\n\n\n")));
        }

        repository.Commit();
        return repository;
    }
}
