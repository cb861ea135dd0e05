using LocalCopilot.Daemon.Configuration;
using Microsoft.Extensions.Hosting;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>The daemon's life: lock, settings, host, end.</summary>
/// <remarks>
/// Holds the daemon's lock from before it listens until after everything has ended, so there is one a user. Two that start
/// together: the second waits for the lock while the first lives only if the first is ending, else it ends with <see cref="AlreadyRunning"/>.
/// </remarks>
internal static class DaemonProcess
{
    /// <summary>Exit code: another daemon of this user listens already. No failure for who only wants one to run.</summary>
    public const int AlreadyRunning = 4;

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);

    /// <exception cref="DaemonUnavailableException">The socket's folder cannot be used.</exception>
    /// <exception cref="SettingsException">settings.json has errors.</exception>
    public static async Task<int> RunAsync(LocalCopilotPaths paths, bool detached, TimeProvider time, CancellationToken cancellationToken)
    {
        if (detached)
        {
            Detachment.LeaveSession();
        }

        RuntimeFolder.Ensure(paths);
        using FileLock? instance = await AcquireAsync(paths, time, cancellationToken);
        if (instance is null)
        {
            return AlreadyRunning;
        }

        LocalCopilotOptions options = SettingsFile.Load(paths.SettingsFile);
        var (writable, warnings) = WritablePaths.Resolve(paths);
        using IHost host = DaemonHost.Build(writable, options, time, warnings);
        await host.StartAsync(cancellationToken);
        if (detached)
        {
            Detachment.ReleaseStandardStreams();
        }

        await host.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static async Task<FileLock?> AcquireAsync(LocalCopilotPaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            if (FileLock.TryAcquire(paths.LockFile) is { } acquired)
            {
                return acquired;
            }

            // Held by one that listens: there is a daemon. Held by one that does not: it begins or ends.
            await using Stream? other = await LocalTransport.For(paths).TryConnectAsync(cancellationToken);
            if (other is not null || time.GetElapsedTime(start) > LockPatience)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
        }
    }
}
