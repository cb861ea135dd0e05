using System.Diagnostics;
using System.Text;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Hosting;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>A user's folders of their own in a temporary place, so that tests run beside a user's daemon; the daemon in it ends with it.</summary>
internal sealed class Sandbox : IAsyncDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("lc-e2e-");

    public Sandbox()
    {
        foreach (string name in (string[])["run", "config", "data", "state"])
        {
            Directory.CreateDirectory(Path.Combine(Root, name));
        }

        Environment = new()
        {
            ["HOME"] = Root,
            ["XDG_RUNTIME_DIR"] = Path.Combine(Root, "run"),
            ["XDG_CONFIG_HOME"] = Path.Combine(Root, "config"),
            ["XDG_DATA_HOME"] = Path.Combine(Root, "data"),
            ["XDG_STATE_HOME"] = Path.Combine(Root, "state"),
        };
    }

    /// <summary>The real executable, beside this test's own.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "localcopilot.exe" : "localcopilot");

    public string Root => _root.FullName;

    public Dictionary<string, string> Environment { get; }

    public LocalCopilotPaths Paths => LocalCopilotPaths.FromEnvironment(name => Environment.GetValueOrDefault(name));

    public Process Start(params string[] arguments) => StartProgram(Executable, arguments);

    /// <summary>Starts the executable so that Ctrl-C reaches it, also where this process, and so its children, ignore that: as in a shell's background.</summary>
    public Process StartInterruptible(params string[] arguments) => OperatingSystem.IsLinux()
        ? StartProgram("/usr/bin/env", ["--default-signal=INT", Executable, .. arguments])
        : Start(arguments);

    public Process StartProgram(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs the executable to its end.</summary>
    public Task<(int ExitCode, string Output, string Error)> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        RunWithInputAsync("", cancellationToken, arguments);

    /// <summary>Runs the executable to its end, with a text on its standard input.</summary>
    public async Task<(int ExitCode, string Output, string Error)> RunWithInputAsync(string input, CancellationToken cancellationToken, params string[] arguments)
    {
        using Process process = Start(arguments);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>A file's bytes, also while another process writes it, in Latin-1.</summary>
    public static string ReadShared(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(stream, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        return reader.ReadToEnd();
    }

    /// <summary>Process of the daemon that runs in here.</summary>
    public async Task<int> DaemonProcessIdAsync(CancellationToken cancellationToken)
    {
        await using DaemonClient client = await DaemonClient.ConnectAsync(Paths, startIfNeeded: false, TimeProvider.System, cancellationToken);
        return (await client.Control.StatusAsync(new(), cancellationToken)).Daemon.ProcessId;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(CancellationToken.None, "stop");
        _root.Delete(recursive: true);
    }
}
