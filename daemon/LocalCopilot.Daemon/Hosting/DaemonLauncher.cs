using System.Diagnostics;
using System.Text;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>Starts the daemon as a process of its own: the one place that starts processes.</summary>
internal sealed class DaemonLauncher : IDisposable
{
    private const int MaxMessageLength = 8 * 1024;

    private readonly Process _process;
    private readonly Task<string> _message;

    private DaemonLauncher(Process process)
    {
        _process = process;
        _message = ReadMessageAsync(process.StandardError);
    }

    /// <summary>Whether the daemon has ended already: it could not start, or found another one.</summary>
    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public static DaemonLauncher Launch()
    {
        string executable = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "localcopilot.exe" : "localcopilot");
        ProcessStartInfo start = new()
        {
            FileName = File.Exists(executable) ? executable : Environment.ProcessPath ?? executable,
            // The daemon must not keep the folder of the editor's workspace in use.
            WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory),
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("daemon");
        start.ArgumentList.Add("--detached");
        if (!OperatingSystem.IsWindows())
        {
            UnixNative.KeepDescriptorsFromChildren();
        }

        try
        {
#pragma warning disable RS0030 // This is the one place.
            return new(Process.Start(start)!);
#pragma warning restore RS0030
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new DaemonUnavailableException($"{start.FileName} cannot be started: {exception.Message}. Check that the installation is complete.", exception);
        }
    }

    /// <summary>What the daemon wrote to standard error until it closed that.</summary>
    public Task<string> GetMessageAsync(CancellationToken cancellationToken) => _message.WaitAsync(cancellationToken);

    public void Dispose() => _process.Dispose();

    private static async Task<string> ReadMessageAsync(StreamReader reader)
    {
        StringBuilder message = new();
        char[] buffer = new char[1024];
        try
        {
            while (await reader.ReadAsync(buffer) is > 0 and int count)
            {
                message.Append(buffer, 0, Math.Min(count, MaxMessageLength - message.Length));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The pipe went away with the process; what was read is the message.
        }

        return message.ToString().Trim();
    }
}
