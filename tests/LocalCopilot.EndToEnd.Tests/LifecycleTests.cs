using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>One daemon a user: started on demand, found again, replaced when dead.</summary>
public class LifecycleTests
{
    /// <summary>Rounds of the race; LOCALCOPILOT_RACE_ROUNDS=100 is the acceptance's number.</summary>
    private static readonly int RaceRounds = int.Parse(Environment.GetEnvironmentVariable("LOCALCOPILOT_RACE_ROUNDS") ?? "10", CultureInfo.InvariantCulture);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_sessions_started_at_the_same_instant_end_up_on_one_daemon()
    {
        for (int round = 0; round < RaceRounds; round++)
        {
            await using Sandbox sandbox = new();
            using LspClient first = LspClient.Start(sandbox);
            using LspClient second = LspClient.Start(sandbox);

            await Task.WhenAll(first.InitializeAsync(Cancelled), second.InitializeAsync(Cancelled));

            JsonNode one = (await first.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]!["daemon"]!;
            JsonNode two = (await second.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]!["daemon"]!;
            Assert.Equal(one["processId"]!.GetValue<int>(), two["processId"]!.GetValue<int>());
            Assert.Equal(2, two["sessions"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task A_killed_daemon_ends_its_sessions_with_an_error_and_new_ones_work()
    {
        await using Sandbox sandbox = new();
        using LspClient first = LspClient.Start(sandbox);
        using LspClient second = LspClient.Start(sandbox);
        await first.InitializeAsync(Cancelled);
        await second.InitializeAsync(Cancelled);

        using (Process daemon = Process.GetProcessById(await sandbox.DaemonProcessIdAsync(Cancelled)))
        {
            daemon.Kill();
        }

        Assert.NotEqual(0, await first.WaitForExitAsync(Cancelled));
        Assert.NotEqual(0, await second.WaitForExitAsync(Cancelled));
        using LspClient third = LspClient.Start(sandbox);
        Assert.NotNull((await third.InitializeAsync(Cancelled))["result"]);
    }

    [Fact]
    public async Task A_daemon_keeps_nothing_open_that_its_starter_had_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has open is looked up in /proc.");
        await using Sandbox sandbox = new();
        string held = Path.Combine(sandbox.Root, "held");
        string file = Path.Combine(sandbox.Root, "a.py");
        await File.WriteAllTextAsync(file, "x = 1\n", Cancelled);
        using Process starter = sandbox.StartProgram("/bin/sh", "-c", "exec 9>\"$1\"; exec \"$2\" complete \"$3\"", "sh", held, Sandbox.Executable, file + ":1:6");
        await starter.WaitForExitAsync(Cancelled);

        int daemon = await sandbox.DaemonProcessIdAsync(Cancelled);
        Assert.True(File.Exists(held));
        Assert.DoesNotContain(held, Directory.EnumerateFiles($"/proc/{daemon}/fd").Select(entry => new FileInfo(entry).LinkTarget));
    }

    [Fact]
    public async Task A_stale_socket_and_stale_locks_do_no_harm()
    {
        await using Sandbox sandbox = new();
        Directory.CreateDirectory(sandbox.Paths.RuntimeDirectory);
        await File.WriteAllTextAsync(sandbox.Paths.SocketFile, "not a socket", Cancelled);
        await File.WriteAllTextAsync(sandbox.Paths.LockFile, "4711", Cancelled);
        await File.WriteAllTextAsync(sandbox.Paths.LaunchLockFile, "4711", Cancelled);

        using LspClient client = LspClient.Start(sandbox);

        Assert.NotNull((await client.InitializeAsync(Cancelled))["result"]);
    }

    [Fact]
    public async Task The_daemon_survives_the_client_that_launched_it()
    {
        await using Sandbox sandbox = new();
        using LspClient first = LspClient.Start(sandbox);
        await first.InitializeAsync(Cancelled);
        int daemon = await sandbox.DaemonProcessIdAsync(Cancelled);

        first.Process.Kill();
        await first.WaitForExitAsync(Cancelled);

        Assert.Equal(daemon, await sandbox.DaemonProcessIdAsync(Cancelled));
    }

    [Fact]
    public async Task A_session_ends_without_error_when_the_editor_closes_its_input()
    {
        await using Sandbox sandbox = new();
        using LspClient client = LspClient.Start(sandbox);
        await client.InitializeAsync(Cancelled);

        client.CloseInput();

        Assert.Equal(0, await client.WaitForExitAsync(Cancelled));
    }

    [Fact]
    public async Task A_session_ends_without_error_after_shutdown_and_exit()
    {
        await using Sandbox sandbox = new();
        using LspClient client = LspClient.Start(sandbox);
        await client.InitializeAsync(Cancelled);

        JsonObject answer = await client.RequestAsync("shutdown", null, Cancelled);
        await client.NotifyAsync("exit", null, Cancelled);

        Assert.True(answer.ContainsKey("result"));
        Assert.Equal(0, await client.WaitForExitAsync(Cancelled));
    }

    [Fact]
    public async Task An_idle_daemon_ends()
    {
        await using Sandbox sandbox = new();
        Directory.CreateDirectory(sandbox.Paths.ConfigurationDirectory);
        await File.WriteAllTextAsync(sandbox.Paths.SettingsFile, """{ "daemon": { "idleExit": "00:00:00.300" } }""", Cancelled);
        int id;
        using (LspClient client = LspClient.Start(sandbox))
        {
            id = (await StatusAsync(client))["daemon"]!["processId"]!.GetValue<int>();
        }

        await WaitUntilGoneAsync(id);
        Assert.False(File.Exists(sandbox.Paths.SocketFile));
    }

    [Fact]
    public async Task Status_and_stop_say_that_no_daemon_runs()
    {
        await using Sandbox sandbox = new();

        var status = await sandbox.RunAsync(Cancelled, "status", "--json");
        var stop = await sandbox.RunAsync(Cancelled, "stop", "--json");

        Assert.Equal(3, status.ExitCode);
        Assert.Contains("No daemon is running", status.Error, StringComparison.Ordinal);
        Assert.Equal((0, """{"wasRunning":false}"""), (stop.ExitCode, stop.Output.Trim()));
    }

    [Fact]
    public async Task Wrong_settings_are_all_listed_to_the_client_that_launches()
    {
        await using Sandbox sandbox = new();
        Directory.CreateDirectory(sandbox.Paths.ConfigurationDirectory);
        await File.WriteAllTextAsync(sandbox.Paths.SettingsFile, """{ "engine": { "threads": "many" }, "colour": 1, "completion": { "maxTokens": 0 } }""", Cancelled);

        var (exitCode, _, error) = await sandbox.RunAsync(Cancelled, "lsp");

        Assert.Equal(3, exitCode);
        Assert.Contains("engine.threads", error, StringComparison.Ordinal);
        Assert.Contains("colour", error, StringComparison.Ordinal);
        Assert.Contains("completion.maxTokens", error, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> StatusAsync(LspClient client)
    {
        await client.InitializeAsync(Cancelled);
        return (await client.RequestAsync("localCopilot/status", new JsonObject(), Cancelled))["result"]!;
    }

    private static async Task WaitUntilGoneAsync(int id)
    {
        try
        {
            using Process daemon = Process.GetProcessById(id);
            await daemon.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
    }
}
