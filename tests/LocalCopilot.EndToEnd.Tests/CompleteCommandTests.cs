using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>`localcopilot complete` through the real executable, daemon and model.</summary>
public class CompleteCommandTests
{
    private const string Code = "def add(first, second):\n    return first + second\n\n\ndef subtract(first, second):\n    return \n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_in_a_repository_is_completed()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = new();
        repository.Write("a.py", Code);
        repository.Commit();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "complete", Path.Combine(repository.Root, "a.py") + ":6:12", "--json");

        Assert.Equal((0, ""), (exitCode, error));
        JsonNode result = JsonNode.Parse(output)!;
        Assert.NotEmpty(result["completions"]!.AsArray());
        Assert.True(result["promptTokens"]!.GetValue<int>() > 20);
        Assert.True(result["timings"]!["totalMs"]!.GetValue<double>() > 0);
    }

    [Fact]
    public async Task A_plain_file_without_any_repository_is_completed()
    {
        await using Sandbox sandbox = new();
        string file = Path.Combine(sandbox.Root, "plain.py");
        await File.WriteAllTextAsync(file, Code, Cancelled);

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "complete", file + ":6:12", "--single-line");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Single(output.TrimEnd().Split('\n'));
        Assert.NotEmpty(output.Trim());
    }

    [Fact]
    public async Task Text_from_standard_input_takes_the_place_of_the_file_s()
    {
        await using Sandbox sandbox = new();

        var (exitCode, output, error) = await sandbox.RunWithInputAsync(Code, Cancelled, "complete", Path.Combine(sandbox.Root, "absent.py") + ":6:12", "--stdin", "--json", "--count", "3", "--max-tokens", "8");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.InRange(JsonNode.Parse(output)!["completions"]!.AsArray().Count, 2, 3);
    }

    [Fact]
    public async Task Context_and_block_can_be_chosen()
    {
        await using Sandbox sandbox = new();

        var (exitCode, output, _) = await sandbox.RunWithInputAsync(Code, Cancelled, "complete", Path.Combine(sandbox.Root, "a.py") + ":5:29", "--stdin", "--json", "--multi-line", "--no-context");

        Assert.Equal(0, exitCode);
        Assert.NotNull(JsonNode.Parse(output)!["completions"]);
    }

    [Theory]
    [InlineData("a.py", 2, "is no place")]
    [InlineData("a.py:0:1", 2, "is no place")]
    [InlineData("absent.py:1:1", 1, "cannot be read")]
    [InlineData("a.py:99:1", 1, "has 7 lines, and line 99 was asked for")]
    [InlineData("binary.py:1:1", 1, "is binary")]
    [InlineData("latin.py:1:1", 1, "is no UTF-8 text")]
    [InlineData("huge.py:1:1", 1, "daemon.maxMessageBytes")]
    [InlineData("folder:1:1", 1, "cannot be read")]
    public async Task What_cannot_be_completed_is_said(string place, int expected, string message)
    {
        await using Sandbox sandbox = new();
        await File.WriteAllTextAsync(Path.Combine(sandbox.Root, "a.py"), Code, Cancelled);
        await File.WriteAllBytesAsync(Path.Combine(sandbox.Root, "binary.py"), [0x61, 0, 0x62], Cancelled);
        await File.WriteAllBytesAsync(Path.Combine(sandbox.Root, "latin.py"), [0x61, 0xE9, 0x62], Cancelled);
        Directory.CreateDirectory(Path.Combine(sandbox.Root, "folder"));
        if (place.StartsWith("huge", StringComparison.Ordinal))
        {
            await File.WriteAllTextAsync(Path.Combine(sandbox.Root, "huge.py"), new string('x', 50_000_000), Cancelled);
        }

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "complete", Path.Combine(sandbox.Root, place));

        Assert.Equal((expected, ""), (exitCode, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unwritable_home_still_completes()
    {
        await using Sandbox sandbox = new();
        // A file where the folder should be cannot be written into, not even by root.
        foreach (string folder in (string[])["state", "data", "config"])
        {
            Directory.Delete(Path.Combine(sandbox.Root, folder));
            await File.WriteAllTextAsync(Path.Combine(sandbox.Root, folder), "in the way", Cancelled);
        }

        var (exitCode, output, _) = await sandbox.RunWithInputAsync(Code, Cancelled, "complete", Path.Combine(sandbox.Root, "a.py") + ":6:12", "--stdin");

        Assert.Equal(0, exitCode);
        Assert.NotEmpty(output.Trim());
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("complete", "a.py:1:1", "--single-line", "--multi-line")]
    [InlineData("complete", "a.py:1:1", "--count", "0")]
    [InlineData("complete", "a.py:1:1", "--nonsense")]
    [InlineData("nonsense")]
    [InlineData("models")]
    [InlineData("demo", "--positions", "none")]
    [InlineData("demo", "--budget", "soon")]
    [InlineData("demo", "--no-learning", "--budget", "5m")]
    public async Task A_wrong_command_line_ends_with_2_and_says_where_help_is(params string[] arguments)
    {
        await using Sandbox sandbox = new();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, arguments);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains("--help` shows", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("complete", "--help")]
    [InlineData("models", "select", "--help")]
    [InlineData("doctor", "--help")]
    [InlineData("demo", "--help")]
    public async Task Help_has_an_example(params string[] arguments)
    {
        await using Sandbox sandbox = new();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, arguments);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains(arguments.Length == 1 ? "demo" : "Example", output, StringComparison.Ordinal);
    }
}
