using System.Diagnostics;
using LocalCopilot.Daemon.Hosting;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>The daemon comes, goes and is shared while the editor is open.</summary>
[Collection(CodeServerCollection.Name)]
public class LifetimeTests
{
    private const string File = "src/Sep/SepSpec.cs";
    private const string Toast = ".notifications-toasts .notification-toast";

    private readonly CodeServer _code;

    public LifetimeTests(CodeServer code)
    {
        _code = code;
        code.Require();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task After_the_daemon_was_killed_suggestions_come_again_with_no_dialog()
    {
        await using CodeWindow window = await _code.OpenWindowOnNewLineAsync();
        await window.TypeAsync(CodeServer.Typed);
        await window.ShownAsync();
        for (int round = 0; round < 3; round++)
        {
            await window.PressAsync("Escape");
            await window.NoneShownAsync();
            int killed = await _code.Sandbox.DaemonProcessIdAsync(Cancelled);
            Stopwatch passed = Stopwatch.StartNew();
            using (Process daemon = Process.GetProcessById(killed))
            {
                daemon.Kill();
                await daemon.WaitForExitAsync(Cancelled);
            }

            // The user types on and looks up now and then; what is typed while there is no daemon is not lost on the next one.
            await CodeWindow.UntilAsync("suggestions come again", async () =>
            {
                await window.TypeAsync("the ", delay: 50);
                return await window.ShowsWithinAsync(TimeSpan.FromSeconds(4));
            });
            TestContext.Current.TestOutputHelper?.WriteLine($"Back after {passed.Elapsed.TotalSeconds:F1} s");
            Assert.NotEqual(killed, await _code.Sandbox.DaemonProcessIdAsync(Cancelled));
            Assert.Equal(0, await window.CountAsync(Toast));
        }
    }

    [Fact(Explicit = true)]
    public async Task Two_windows_share_one_daemon_and_one_model_in_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What processes have in memory is looked up in /proc.");
        CodeWindow first = await _code.OpenOnNewLineAsync();
        await using CodeWindow second = await _code.OpenWindowOnNewLineAsync();
        foreach (CodeWindow window in (CodeWindow[])[first, second])
        {
            await window.TypeAsync(CodeServer.Typed);
            await window.ShownAsync();
        }

        await using DaemonClient client = await DaemonClient.ConnectAsync(_code.Sandbox.Paths, startIfNeeded: false, TimeProvider.System, Cancelled);
        var status = (await client.Control.StatusAsync(new(), Cancelled)).Daemon;
        // Windows that were closed before may not be gone yet.
        Assert.InRange(status.Sessions, 2, int.MaxValue);
        Assert.Equal([status.ProcessId], await ProcessesWithModelAsync());
    }

    [Fact(Explicit = true)]
    public async Task An_executable_that_is_not_found_is_told_once_with_a_way_out_and_looked_for_again_when_it_is_set()
    {
        await System.IO.File.WriteAllTextAsync(_code.MachineSettings, CodeServer.MachineSettingsFor("/nowhere/localcopilot"), Cancelled);
        try
        {
            await using CodeWindow window = await _code.OpenWindowAsync(File);
            await window.StatusBarAsync(text => text == "LocalCopilot: not installed");
            string message = await window.NotificationAsync(text => text.Contains("not found", StringComparison.Ordinal));
            Assert.Contains("/nowhere/localcopilot", message, StringComparison.Ordinal);
            Assert.Contains("How to Install", message, StringComparison.Ordinal);
            Assert.Contains("Locate", message, StringComparison.Ordinal);
            Assert.Equal(1, await window.CountAsync(Toast));

            await System.IO.File.WriteAllTextAsync(_code.MachineSettings, CodeServer.MachineSettingsFor(Sandbox.Executable), Cancelled);

            await window.StatusBarAsync(text => text == "LocalCopilot");
        }
        finally
        {
            await System.IO.File.WriteAllTextAsync(_code.MachineSettings, CodeServer.MachineSettingsFor(Sandbox.Executable), Cancelled);
        }
    }

    [Fact(Explicit = true)]
    public async Task Turned_off_here_nothing_is_suggested_and_no_process_is_left_until_it_is_turned_on()
    {
        await using CodeWindow window = await _code.OpenWindowOnNewLineAsync();

        await window.CommandAsync("LocalCopilot: Turn Off in This Workspace");

        await window.StatusBarAsync(text => text == "LocalCopilot: off");
        Assert.Contains("\"localCopilot.enabled\": false", await System.IO.File.ReadAllTextAsync(Path.Combine(_code.Repository, ".vscode", "settings.json"), Cancelled), StringComparison.Ordinal);
        await window.TypeAsync(CodeServer.Typed);
        Assert.True(await window.StaysAbsentAsync(".ghost-text-decoration"));

        await window.CommandAsync("LocalCopilot: Turn On");

        await window.StatusBarAsync(text => text == "LocalCopilot");
        await window.TypeAsync("the ");
        await window.ShownAsync();
    }

    /// <summary>Processes of this sandbox that have a model file mapped.</summary>
    private async Task<IReadOnlyList<int>> ProcessesWithModelAsync()
    {
        List<int> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                if ((await System.IO.File.ReadAllTextAsync(Path.Combine(folder, "environ"), Cancelled)).Contains(_code.Sandbox.Root, StringComparison.Ordinal)
                    && (await System.IO.File.ReadAllTextAsync(Path.Combine(folder, "maps"), Cancelled)).Contains(".gguf", StringComparison.Ordinal))
                {
                    found.Add(int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile, or another user's.
            }
        }

        return found;
    }
}
