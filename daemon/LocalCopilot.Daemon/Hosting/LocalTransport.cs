using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>The local connection between clients and the daemon: a Unix domain socket, or a named pipe on Windows.</summary>
internal abstract class LocalTransport
{
    public static LocalTransport For(LocalCopilotPaths paths) =>
        OperatingSystem.IsWindows() ? new NamedPipeTransport(paths) : new UnixSocketTransport(paths);

    /// <summary>Connects to the daemon.</summary>
    /// <returns>Null where no daemon listens.</returns>
    /// <exception cref="DaemonUnavailableException">What listens is another user's.</exception>
    public abstract Task<Stream?> TryConnectAsync(CancellationToken cancellationToken);

    /// <summary>Begins to listen. The caller holds the daemon's lock, so what a dead daemon left is removed.</summary>
    public abstract ILocalListener Listen();
}

internal interface ILocalListener : IDisposable
{
    /// <summary>The next client of this user; those of other users are turned away.</summary>
    Task<Stream> AcceptAsync(CancellationToken cancellationToken);
}
