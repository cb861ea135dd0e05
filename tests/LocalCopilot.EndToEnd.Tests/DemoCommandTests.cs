using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>`localcopilot demo` on small real repositories.</summary>
public class DemoCommandTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_place_and_the_summary_are_given_as_json()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = Repository();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--positions", "6", "--json");

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
        using TemporaryRepository repository = Repository();

        JsonArray[] runs = new JsonArray[2];
        for (int run = 0; run < 2; run++)
        {
            runs[run] = JsonNode.Parse((await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--positions", "4", "--seed", "3", "--no-context", "--json")).Output)!["items"]!.AsArray();
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
        using TemporaryRepository repository = Repository();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "demo", repository.Root, "--positions", "3", "--kind", kind);

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
        using TemporaryRepository off = Repository();
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
        using TemporaryRepository repository = Repository();
        using Process demo = sandbox.StartInterruptible("demo", repository.Root, "--positions", "100000");
        while (await demo.StandardOutput.ReadLineAsync(Cancelled) is { } line && !line.Contains("2/", StringComparison.Ordinal))
        {
        }

        using Process kill = Process.Start("kill", ["-INT", demo.Id.ToString(CultureInfo.InvariantCulture)]);
        Task<string> rest = demo.StandardOutput.ReadToEndAsync(Cancelled);
        await demo.WaitForExitAsync(Cancelled);

        Assert.Equal(130, demo.ExitCode);
        Assert.DoesNotContain("exact match", await rest, StringComparison.Ordinal);
    }

    private static TemporaryRepository Repository()
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
