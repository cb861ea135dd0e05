using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Disks that are read-only or full.</summary>
public class BadDiskTests
{
    private const string Code = "def add(first, second):\n    return first + second\n\n\ndef subtract(first, second):\n    return \n";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_only_home_still_completes_and_says_what_is_lost_and_what_to_do()
    {
        await using Sandbox sandbox = new();
        string file = await CodeAsync(sandbox);

        var (exitCode, output, error) = await RunMountedAsync(sandbox, "for folder in config data state; do mount -t tmpfs -o ro none $folder; done", "complete", file + ":6:12");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.NotEmpty(output.Trim());
        string[] warnings = await WarningsAsync(sandbox);
        Assert.Equal(2, warnings.Length);
        Assert.All(warnings, warning => Assert.Contains("Make the folder writable", warning, StringComparison.Ordinal));
        var select = await sandbox.RunAsync(Cancelled, "models", "select", "embedded");
        Assert.Equal(0, select.ExitCode);
        Assert.Contains("could not be remembered", select.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_still_completes_and_says_what_is_lost_and_what_to_do()
    {
        await using Sandbox sandbox = new();
        string file = await CodeAsync(sandbox);

        var (exitCode, output, error) = await RunMountedAsync(sandbox, "for folder in data state; do mount -t tmpfs -o size=64k none $folder; head -c 1000000 /dev/zero > $folder/ballast 2>/dev/null || true; done", "complete", file + ":6:12");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.NotEmpty(output.Trim());
        Assert.All(await WarningsAsync(sandbox), warning => Assert.Contains("free space on its disk", warning, StringComparison.Ordinal));
    }

    /// <summary>Larger than what shows whether the folder can be written, and too small for a database.</summary>
    [Fact]
    public async Task A_disk_without_room_for_a_catalogue_of_adapters_still_completes_and_learning_says_what_to_do()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = new();
        repository.Write("a.py", Code);
        repository.Commit();
        string place = Path.Combine(repository.Root, "a.py") + ":6:12";

        var (exitCode, output, error) = await RunMountedAsync(sandbox, "for folder in data state; do mount -t tmpfs -o size=64k none $folder; done", "complete", place);
        var status = await sandbox.RunAsync(Cancelled, "status");
        var adapt = await sandbox.RunAsync(Cancelled, "adapt", repository.Root);

        Assert.Equal((0, ""), (exitCode, error));
        Assert.NotEmpty(output.Trim());
        Assert.True(status.ExitCode == 0, status.Error);
        Assert.Equal(1, adapt.ExitCode);
        Assert.Contains("Free space on it", adapt.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_the_index_fills_goes_on_completing()
    {
        await using Sandbox sandbox = new();
        using TemporaryRepository repository = new();
        for (int file = 0; file < 60; file++)
        {
            repository.Write($"src/shape{file}.py", string.Concat(Enumerable.Range(0, 120).Select(number => $"def area_{file}_{number}(width, height):\n    result = width * height + {number}\n    return result\n\n\n")));
        }

        repository.Write("a.py", Code);
        string place = Path.Combine(repository.Root, "a.py") + ":6:12";

        var first = await RunMountedAsync(sandbox, "for folder in data state; do mount -t tmpfs -o size=200k none $folder; done", "complete", place);
        int daemon = await sandbox.DaemonProcessIdAsync(Cancelled);
        var second = await sandbox.RunAsync(Cancelled, "complete", place, "--count", "2");

        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Equal((0, ""), (second.ExitCode, second.Error));
        Assert.NotEmpty(second.Output.Trim());
        // It was full indeed, and the same daemon lived through it.
        Assert.Equal(daemon, await sandbox.DaemonProcessIdAsync(Cancelled));
        DriveInfo disk = new($"/proc/{daemon}/root{Path.Combine(sandbox.Root, "data")}");
        Assert.InRange(disk.AvailableFreeSpace, 0, 60_000);
    }

    [Fact]
    public async Task Settings_on_a_full_disk_stay_whole_and_that_is_said()
    {
        await using Sandbox sandbox = new();
        const string Settings = "{\n  \"engine\": { \"threads\": 1 }\n}\n";

        var (exitCode, _, error) = await RunMountedAsync(sandbox, $"mount -t tmpfs -o size=16k none config; mkdir config/localcopilot; printf '%s' '{Settings}' > config/localcopilot/settings.json; head -c 100000 /dev/zero > config/ballast 2>/dev/null || true",
            "models",
            "select",
            "embedded");

        Assert.Equal(0, exitCode);
        Assert.Contains("could not be remembered", error, StringComparison.Ordinal);
        int daemon = await sandbox.DaemonProcessIdAsync(Cancelled);
        Assert.Equal(Settings, await File.ReadAllTextAsync($"/proc/{daemon}/root{sandbox.Paths.SettingsFile}", Cancelled));
    }

    [Theory]
    [InlineData("ro")]
    [InlineData("size=4k,nr_inodes=1")]
    public async Task Without_a_place_for_the_socket_every_command_says_what_to_set(string options)
    {
        await using Sandbox sandbox = new();
        string file = await CodeAsync(sandbox);

        var (exitCode, output, error) = await RunMountedAsync(sandbox, $"mount -t tmpfs -o {options} none run", "complete", file + ":6:12");

        Assert.Equal((3, ""), (exitCode, output));
        Assert.Contains("XDG_RUNTIME_DIR", error, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Output, string Error)> RunMountedAsync(Sandbox sandbox, string mounts, params string[] arguments) =>
        MountedDisk.RunAsync(sandbox, mounts, Cancelled, arguments);

    private static async Task<string[]> WarningsAsync(Sandbox sandbox)
    {
        JsonNode status = JsonNode.Parse((await sandbox.RunAsync(Cancelled, "status", "--json")).Output)!;
        return [.. status["daemon"]!["warnings"]!.AsArray().Select(warning => warning!.GetValue<string>())];
    }

    private static async Task<string> CodeAsync(Sandbox sandbox)
    {
        string file = Path.Combine(sandbox.Root, "a.py");
        await File.WriteAllTextAsync(file, Code, Cancelled);
        return file;
    }
}
