using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LocalCopilot.Daemon.Hosting;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>The learning loop, ended by force at random moments and on disks that fill up: nothing is lost or half, and work goes on.</summary>
public class CrashTests
{
    /// <summary>LOCALCOPILOT_CRASHES=200 and LOCALCOPILOT_FULL_DISKS=50 are the acceptance's numbers; another LOCALCOPILOT_SEED meets other moments and sizes.</summary>
    private static readonly int Crashes = Number("LOCALCOPILOT_CRASHES", 3);
    private static readonly int FullDisks = Number("LOCALCOPILOT_FULL_DISKS", 1);
    private static readonly int Seed = Number("LOCALCOPILOT_SEED", 4);

    /// <summary>About as long as a round takes here, so that every part of it is met.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(10);

    /// <summary>So that a round has something to learn, also where the one before was not killed in time.</summary>
    private const int NewCommits = 25;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whenever_worker_and_daemon_are_killed_every_adapter_stays_whole_and_work_goes_on()
    {
        await using LearnedRepository repository = new("00:00:04");
        Sandbox sandbox = repository.Sandbox;
        Random random = new(Seed);
        HashSet<string> known = [];
        for (int crash = 0; crash < Crashes; crash++)
        {
            repository.Grow(NewCommits);
            using Process adapt = sandbox.Start("adapt", repository.Root, "--force");
            Task<string> output = adapt.StandardOutput.ReadToEndAsync(Cancelled);
            Task<string> error = adapt.StandardError.ReadToEndAsync(Cancelled);
            int daemon = await StartedDaemonAsync(sandbox, adapt);
            await Task.WhenAny(adapt.WaitForExitAsync(Cancelled), Task.Delay(LongestLife * random.NextDouble(), Cancelled));
            if (random.Next(2) == 0)
            {
                Processes.KillWorkersOf(sandbox);
                await Task.WhenAny(adapt.WaitForExitAsync(Cancelled), Task.Delay(LongestLife / 4 * random.NextDouble(), Cancelled));
            }

            bool ended = adapt.HasExited;
            using (Process killed = Process.GetProcessById(daemon))
            {
                killed.Kill();
            }

            await adapt.WaitForExitAsync(Cancelled);

            // It may have ended in that very moment.
            Assert.True(adapt.ExitCode == 0 || (adapt.ExitCode == 3 && !ended), $"{adapt.ExitCode} after {crash} crashes: {await output}{await error}");
            known = await WholeAsync(sandbox, repository.Root, known);
        }

        repository.Grow(NewCommits);
        JsonNode last = JsonNode.Parse((await sandbox.RunAsync(Cancelled, "adapt", repository.Root, "--force", "--json")).Output)!;
        Assert.Contains(last["outcome"]!.GetValue<string>(), (string[])["activated", "rejected"]);
        known = await WholeAsync(sandbox, repository.Root, known);
        Assert.NotEmpty(known);
        Assert.Empty(Directory.GetDirectories(sandbox.Paths.RunDirectory));
        TestContext.Current.SendDiagnosticMessage($"{Crashes} crashes left {known.Count} adapters, all of them whole");
    }

    [Fact]
    public async Task Whenever_the_disk_is_full_it_is_said_and_with_room_again_work_goes_on()
    {
        Random random = new(Seed);
        for (int disk = 0; disk < FullDisks; disk++)
        {
            await using LearnedRepository repository = new("00:00:04");
            Sandbox sandbox = repository.Sandbox;
            int kilobytes = (int)(64 * Math.Pow(2, random.NextDouble() * 7));
            var (exitCode, output, error) = await MountedDisk.RunAsync(
                sandbox,
                $"for folder in data state; do mount -t tmpfs -o size={kilobytes}k none $folder; done",
                Cancelled,
                "adapt",
                repository.Root,
                "--json");

            int daemon = await sandbox.DaemonProcessIdAsync(Cancelled);
            string told = $"{kilobytes} kB: {exitCode} {output}{error}";
            bool worked = exitCode == 0 && JsonNode.Parse(output)!["outcome"]!.GetValue<string>() is "activated" or "rejected";
            Assert.True(worked || told.Contains("Free space on it", StringComparison.Ordinal), told);

            await MountedDisk.EnlargeAsync(sandbox, daemon, Cancelled);
            repository.Grow(NewCommits);
            var again = await sandbox.RunAsync(Cancelled, "adapt", repository.Root, "--force", "--json");
            Assert.True(again.ExitCode == 0 && JsonNode.Parse(again.Output)!["outcome"]!.GetValue<string>() is "activated" or "rejected", $"{told} {again.Output}{again.Error}");
            Assert.NotEmpty(await WholeAsync(sandbox, repository.Root, [], $"/proc/{daemon}/root"));
            TestContext.Current.SendDiagnosticMessage($"{kilobytes} kB: {(worked ? "enough" : error.Trim() + output.Trim())}");
        }
    }

    /// <summary>Asserts that every database is sound, and every adapter that was ever in the catalogue is there and is what its name says.</summary>
    /// <param name="root">Of the file system that the daemon sees.</param>
    private static async Task<HashSet<string>> WholeAsync(Sandbox sandbox, string repository, HashSet<string> before, string root = "")
    {
        var (exitCode, output, error) = await sandbox.RunAsync(Cancelled, "adapters", "list", repository, "--json");
        Assert.True(exitCode == 0, error);
        JsonArray adapters = JsonNode.Parse(output)!.AsArray();
        HashSet<string> known = [.. adapters.Select(adapter => adapter!["id"]!.GetValue<string>())];
        Assert.Subset(known, before);
        Assert.InRange(adapters.Count(adapter => adapter!["state"]!.GetValue<string>() == "active"), 0, 1);
        foreach (string id in known)
        {
            await using FileStream file = File.OpenRead(root + Path.Combine(sandbox.Paths.AdapterDirectory, id + ".gguf"));
            Assert.Equal(id, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, Cancelled)));
        }

        string data = root + sandbox.Paths.DataDirectory;
        foreach (string file in Directory.GetFiles(data, "*.db", SearchOption.AllDirectories))
        {
            // SQLite looks for the real path, and would leave the other file system: so it gets a copy from there. Nothing is written now.
            string sound = root.Length == 0 ? file : Copy(file, sandbox);
            await using SqliteConnection connection = new($"Data Source={sound};Pooling=False");
            await connection.OpenAsync(Cancelled);
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check";
            Assert.Equal("ok", await command.ExecuteScalarAsync(Cancelled));
        }

        // What is damaged is put aside under another name.
        Assert.Equal(["catalogue.db"], Directory.GetFiles(data, "catalogue*").Select(Path.GetFileName).Where(name => !name!.EndsWith("-wal", StringComparison.Ordinal) && !name.EndsWith("-shm", StringComparison.Ordinal)));
        return known;
    }

    /// <summary>Waits until a command has found or started the daemon.</summary>
    /// <returns>The daemon's process.</returns>
    private static async Task<int> StartedDaemonAsync(Sandbox sandbox, Process command)
    {
        while (true)
        {
            try
            {
                return await sandbox.DaemonProcessIdAsync(Cancelled);
            }
            catch (DaemonUnavailableException) when (!command.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), Cancelled);
            }
        }
    }

    private static string Copy(string database, Sandbox sandbox)
    {
        string copy = Path.Combine(sandbox.Root, "copy.db");
        foreach (string part in (string[])["", "-wal"])
        {
            File.Delete(copy + part);
            if (File.Exists(database + part))
            {
                File.Copy(database + part, copy + part);
            }
        }

        return copy;
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set ? int.Parse(set, CultureInfo.InvariantCulture) : otherwise;
}
