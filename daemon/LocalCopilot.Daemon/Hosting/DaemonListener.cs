using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Rpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>Accepts clients, and ends the daemon when asked or idle.</summary>
/// <remarks>Owns the listening socket. A client that fails ends alone; a listener that fails ends the daemon, and the next client starts another.</remarks>
internal sealed partial class DaemonListener(
    LocalTransport transport,
    ServerState server,
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    LocalCopilotOptions options,
    TimeProvider time,
    ILogger<DaemonListener> logger) : BackgroundService
{
    private static readonly TimeSpan LongestIdleCheck = TimeSpan.FromSeconds(30);

    /// <summary>Who started the daemon is on the way to it; on a busy machine that takes seconds.</summary>
    private static readonly TimeSpan FirstClient = TimeSpan.FromSeconds(30);

    private readonly HashSet<Task> _clients = [];
    private ILocalListener? _listener;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _listener = transport.Listen();
        Log.Listening(logger, ProductVersion.Current, Environment.ProcessId);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using ILocalListener listener = _listener!;
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task end = WaitForEndAsync(ending.Token);
        Task accept = AcceptAsync(listener, ending.Token);
        await Task.WhenAny(end, accept);
        // The socket goes first, so that nobody connects to a daemon that ends; then the clients are let go.
        listener.Dispose();
        await ending.CancelAsync();
        await Task.WhenAll([end, accept, .. Clients()]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Log.Ending(logger);
        lifetime.StopApplication();
    }

    private async Task AcceptAsync(ILocalListener listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Stream stream = await listener.AcceptAsync(cancellationToken);
            ClientConnection client = ActivatorUtilities.CreateInstance<ClientConnection>(services);
            Task task = Task.Run(() => client.RunAsync(stream, cancellationToken), CancellationToken.None);
            lock (_clients)
            {
                _clients.RemoveWhere(done => done.IsCompleted);
                _clients.Add(task);
            }
        }
    }

    private Task[] Clients()
    {
        lock (_clients)
        {
            return [.. _clients];
        }
    }

    private async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        TimeSpan limit = options.Daemon.IdleExit;
        while (!server.StopRequested.IsCompleted && !IsIdle())
        {
            TimeSpan wait = limit == TimeSpan.Zero || limit > LongestIdleCheck ? LongestIdleCheck : limit / 4 + TimeSpan.FromMilliseconds(50);
            await Task.WhenAny(server.StopRequested, Task.Delay(wait, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        // The answer to `shutdown` is sent before its connection goes.
        await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);

        bool IsIdle() => limit != TimeSpan.Zero && server.IdleTime >= limit && (server.HadConnections || server.IdleTime >= FirstClient);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Version {Version} listens, process {ProcessId}")]
        public static partial void Listening(ILogger logger, string version, int processId);

        [LoggerMessage(LogLevel.Information, "Ending")]
        public static partial void Ending(ILogger logger);
    }
}
