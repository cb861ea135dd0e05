using System.Diagnostics;
using System.Globalization;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.EndToEnd.Tests.Editors;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>The daemon comes, goes and is shared while the editor is open.</summary>
public class LifetimeTests(CodeServer code) : CodeTests(code)
{
    [Fact]
    public async Task After_the_daemon_was_killed_suggestions_come_again_with_no_dialog()
    {
        CodeWindow window = await OpenOnNewLineAsync();
        await window.TypeAsync(Typed);
        string shown = await window.SettlesAsync();
        for (int round = 0; round < 3; round++)
        {
            int killed = await Code.Sandbox.DaemonProcessIdAsync(Cancelled);
            int children = window.Recording.Children;
            Stopwatch passed = Stopwatch.StartNew();
            using (Process daemon = Process.GetProcessById(killed))
            {
                daemon.Kill();
            }

            // What is typed while there is no daemon is not lost on the next one.
            await window.TypeAsync("x");
            await CodeWindow.UntilAsync("another child is started", () => Task.FromResult(window.Recording.Children == children + 1), seen: window.SeenAsync);
            await window.ConnectedAsync();
            TimeSpan connected = passed.Elapsed;
            await window.PressAsync("Backspace");
            Assert.Equal(shown, await window.SettlesAsync());

            TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"VS Code: connected {connected.TotalMilliseconds:0} ms and suggested again {passed.ElapsedMilliseconds} ms after the daemon was killed"));
            Assert.NotEqual(killed, await Code.Sandbox.DaemonProcessIdAsync(Cancelled));
            Assert.Equal(0, await window.CountAsync(CodeWindow.Toast));
            Assert.Equal(0, await window.CountAsync(CodeWindow.Dialog));
        }
    }

    [Fact]
    public async Task Two_windows_and_a_Vim_share_one_daemon_and_one_model_in_memory()
    {
        Requirement.Holds(OperatingSystem.IsLinux(), "needs Linux, where /proc says what processes have in memory");
        CodeWindow first = await OpenOnNewLineAsync();
        await using CodeWindow second = await OpenWindowOnNewLineAsync();
        foreach (CodeWindow window in (CodeWindow[])[first, second])
        {
            await window.ActivateAsync();
            await window.TypeAsync(Typed);
            Assert.NotEqual("", await window.SettlesAsync());
        }

        await using Editor vim = await Editor.OpenAsync(ViKind.Vim, Code.Sandbox, Path.Combine(Code.Repository, "src", "Sep", "SepTrim.cs"));
        await vim.GoToEndAsync(16);
        await vim.TypeAsync("\r/// <summary>Trim ");
        await vim.SuggestsAsync();

        await using DaemonClient client = await DaemonClient.ConnectAsync(Code.Sandbox.Paths, startIfNeeded: false, TimeProvider.System, Cancelled);
        var daemon = (await client.Control.StatusAsync(new(), Cancelled)).Daemon;
        Assert.Equal(3, daemon.Sessions);
        Assert.Equal([daemon.ProcessId], await ProcessesWithModelAsync());
    }

    [Fact]
    public async Task An_executable_that_is_not_found_is_told_once_with_a_way_out_and_looked_for_again_when_it_is_set()
    {
        CodeWindow shared = await OpenOnNewLineAsync();
        await File.WriteAllTextAsync(Code.MachineSettings, CodeServer.MachineSettingsFor("/nowhere/localcopilot"), Cancelled);
        try
        {
            await shared.StatusBarAsync(text => text == "LocalCopilot: not installed");
            await using CodeWindow window = await Code.OpenWindowAsync(Code.Repository);
            await window.StatusBarAsync(text => text == "LocalCopilot: not installed");
            string message = await window.NotificationAsync(text => text.Contains("not found", StringComparison.Ordinal));
            Assert.Contains("/nowhere/localcopilot", message, StringComparison.Ordinal);
            Assert.Contains("How to Install", message, StringComparison.Ordinal);
            Assert.Contains("Locate", message, StringComparison.Ordinal);
            Assert.Equal(1, await window.CountAsync(CodeWindow.Toast));
            Assert.Empty(window.Host.Children());

            await File.WriteAllTextAsync(Code.MachineSettings, CodeServer.MachineSettingsFor(Code.Executable), Cancelled);

            await window.StatusBarAsync(text => text == "LocalCopilot");
            Assert.Single(window.Host.Children());
        }
        finally
        {
            await File.WriteAllTextAsync(Code.MachineSettings, CodeServer.MachineSettingsFor(Code.Executable), Cancelled);
            await shared.StatusBarAsync(text => text == "LocalCopilot");
        }
    }

    [Fact]
    public async Task Turned_off_here_no_process_is_left_until_it_is_turned_on()
    {
        CodeWindow window = await OpenOnNewLineAsync();
        string settings = Path.Combine(Code.Repository, ".vscode", "settings.json");
        try
        {
            await window.CommandAsync("LocalCopilot: Turn Off in This Workspace");

            await window.StatusBarAsync(text => text == "LocalCopilot: off");
            Assert.Contains("\"localCopilot.enabled\": false", await File.ReadAllTextAsync(settings, Cancelled), StringComparison.Ordinal);
            await CodeWindow.UntilAsync("the child process has ended", () => Task.FromResult(window.Host.Children().Length == 0));
            await window.TypeAsync(Typed);
            await CodeWindow.UntilAsync("the text is typed", async () => (await window.DocumentAsync()).Text.Contains(Typed, StringComparison.Ordinal));
            Assert.Equal("", await window.SuggestionAsync());

            await window.CommandAsync("LocalCopilot: Turn On");

            await window.ConnectedAsync();
            await window.TypeAsync("the ");
            Assert.NotEqual("", await window.SettlesAsync());
        }
        finally
        {
            File.Delete(settings);
        }
    }

    /// <summary>Processes of this sandbox that have a model file mapped.</summary>
    private async Task<IReadOnlyList<int>> ProcessesWithModelAsync()
    {
        List<int> found = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                if ((await File.ReadAllTextAsync(Path.Combine(folder, "environ"), Cancelled)).Contains(Code.Sandbox.Root, StringComparison.Ordinal)
                    && (await File.ReadAllTextAsync(Path.Combine(folder, "maps"), Cancelled)).Contains(".gguf", StringComparison.Ordinal))
                {
                    found.Add(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture));
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
