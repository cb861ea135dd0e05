using System.Diagnostics;
using System.Text;
using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>Starts the daemon as a process of its own.</summary>
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

    /// <param name="paths">Those that the daemon is to use.</param>
    public static DaemonLauncher Launch(LocalCopilotPaths paths)
    {
        if (!OperatingSystem.IsWindows())
        {
            UnixNative.KeepDescriptorsFromChildren();
        }

        try
        {
            return new(OwnProgram.Start(paths.Environment, "daemon", "--detached"));
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new DaemonUnavailableException($"{OwnProgram.Executable} cannot be started: {exception.Message}. Check that the installation is complete.", exception);
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
