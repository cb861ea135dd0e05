using System.Diagnostics;
using System.Globalization;

namespace LocalCopilot.EndToEnd.Tests.Editors;

/// <summary>A terminal that a program runs in: keys go in, and what is on the screen can be read.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    public const int Columns = 140;
    private const int Rows = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>For a round of learning.</summary>
    private static readonly TimeSpan MuchPatience = TimeSpan.FromMinutes(8);

    private readonly Sandbox _sandbox;
    private readonly string _socket;

    private Terminal(Sandbox sandbox, string name)
    {
        _sandbox = sandbox;
        _socket = Path.Combine(sandbox.Root, name);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static void Require() => Requirement.Holds(File.Exists("/usr/bin/tmux"), "needs tmux, as the terminal that editors run in");

    /// <param name="name">Of this terminal in the sandbox.</param>
    public static async Task<Terminal> StartAsync(Sandbox sandbox, string name, string folder, params string[] command)
    {
        Terminal terminal = new(sandbox, name);
        string settings = terminal._socket + ".conf";
        await File.WriteAllTextAsync(settings, "set -g default-terminal tmux-256color\nset -s escape-time 0\nset -g status off\nset -g history-limit 0\n", Cancelled);
        await terminal.TmuxAsync(["-f", settings, "new-session", "-d", "-x", Columns.ToString(CultureInfo.InvariantCulture), "-y", Rows.ToString(CultureInfo.InvariantCulture), "-c", folder, "--", .. command]);
        return terminal;
    }

    /// <summary>Presses keys, by tmux's names: Tab, Escape, M-Right, C-x.</summary>
    public Task PressAsync(params string[] keys) => TmuxAsync(["send-keys", "--", .. keys]);

    /// <summary>Types a text as it stands.</summary>
    public Task TypeAsync(string text) => TmuxAsync("send-keys", "-l", "--", text);

    /// <summary>The screen's lines, without blanks at their ends.</summary>
    public async Task<string[]> ScreenAsync() => [.. (await TmuxAsync("capture-pane", "-p")).Split('\n').Select(line => line.TrimEnd())];

    /// <summary>The process that was started in here.</summary>
    public async Task<int> ProcessIdAsync() => int.Parse(await TmuxAsync("display-message", "-p", "#{pane_pid}"), CultureInfo.InvariantCulture);

    public Task SeesAsync(string text) => WaitAsync(screen => Array.Exists(screen, line => line.Contains(text, StringComparison.Ordinal)), $"\"{text}\" is on the screen");

    /// <summary>Waits for one of several texts, as long as learning takes.</summary>
    public Task SeesAfterLearningAsync(params string[] texts) => WaitAsync(
        screen => Array.Exists(screen, line => Array.Exists(texts, text => line.Contains(text, StringComparison.Ordinal))),
        () => $"\"{string.Join("\" or \"", texts)}\" is on the screen",
        MuchPatience);

    public Task DoesNotSeeAsync(string text) => WaitAsync(screen => !Array.Exists(screen, line => line.Contains(text, StringComparison.Ordinal)), $"\"{text}\" is not on the screen");

    public Task WaitAsync(Func<string[], bool> holds, string what) => WaitAsync(holds, () => what);

    public async Task WaitAsync(Func<string[], bool> holds, Func<string> what, TimeSpan? patience = null)
    {
        Stopwatch waited = Stopwatch.StartNew();
        string[] screen = await ScreenAsync();
        while (!holds(screen))
        {
            Assert.True(waited.Elapsed < (patience ?? Patience), $"Waited for: {what()}. The screen:\n{string.Join('\n', screen)}");
            await Task.Delay(TimeSpan.FromMilliseconds(30), Cancelled);
            screen = await ScreenAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await TmuxAsync("kill-server");
        }
        catch (InvalidOperationException)
        {
            // The program ended by itself, and its terminal with it.
        }
    }

    private Task<string> TmuxAsync(params string[] arguments) => TmuxAsync((IReadOnlyList<string>)arguments);

    private async Task<string> TmuxAsync(IReadOnlyList<string> arguments)
    {
        using Process tmux = _sandbox.StartProgram("/usr/bin/tmux", ["-u", "-S", _socket, .. arguments]);
        tmux.StandardInput.Close();
        Task<string> error = tmux.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = await tmux.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await tmux.WaitForExitAsync(CancellationToken.None);
        return tmux.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"tmux {string.Join(' ', arguments)}: {await error}");
    }
}
