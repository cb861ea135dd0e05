using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>`localcopilot doctor` says what is wrong, and what to do.</summary>
public class DoctorCommandTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_all_is_well_everything_was_looked_at()
    {
        await using Sandbox sandbox = new();

        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "doctor", "--json");

        Assert.Equal((0, ""), (exitCode, error));
        JsonArray findings = JsonNode.Parse(output)!.AsArray();
        Assert.Superset(
            new HashSet<string> { "natives", "devices", "settings", "model", "folder", "socket", "daemon", "disk", "memory", "git" },
            findings.Select(finding => finding!["name"]!.GetValue<string>()).ToHashSet());
        Assert.All(findings, finding => Assert.NotEqual("failure", finding!["state"]!.GetValue<string>()));
        // It started none.
        Assert.Equal(3, (await sandbox.RunAsync(Cancelled, "status")).ExitCode);
    }

    [Fact]
    public async Task What_is_wrong_is_said_with_what_to_do_and_all_else_is_looked_at_too()
    {
        await using Sandbox sandbox = new();
        Directory.Delete(Path.Combine(sandbox.Root, "state"));
        await File.WriteAllTextAsync(Path.Combine(sandbox.Root, "state"), "in the way", Cancelled);
        Directory.CreateDirectory(sandbox.Paths.ConfigurationDirectory);
        await File.WriteAllTextAsync(sandbox.Paths.SettingsFile, """{ "engine": { "threads": "many" } }""", Cancelled);

        var (exitCode, output, _) = await sandbox.RunAsync(Cancelled, "doctor", "--json");

        Assert.Equal(1, exitCode);
        JsonNode[] failures = [.. JsonNode.Parse(output)!.AsArray().Where(finding => finding!["state"]!.GetValue<string>() == "failure").Select(finding => finding!)];
        Assert.Contains(failures, finding => finding["finding"]!.GetValue<string>().Contains("engine.threads is \"many\"", StringComparison.Ordinal));
        Assert.Contains(failures, finding => finding["name"]!.GetValue<string>() == "folder" && finding["remedy"]!.GetValue<string>().Contains("XDG_STATE_HOME", StringComparison.Ordinal));
        Assert.Contains(JsonNode.Parse(output)!.AsArray(), finding => finding!["name"]!.GetValue<string>() == "git" && finding["state"]!.GetValue<string>() == "ok");
    }

    [Fact]
    public async Task A_running_daemon_is_shown()
    {
        await using Sandbox sandbox = new();
        await sandbox.RunAsync(Cancelled, "models", "list");

        var (exitCode, output, _) = await sandbox.RunAsync(Cancelled, "doctor");

        Assert.Equal(0, exitCode);
        Assert.Contains($"process {await sandbox.DaemonProcessIdAsync(Cancelled)}", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }
}
