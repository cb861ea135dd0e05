using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Rpc;
using LocalCopilot.Protocol;
using Nerdbank.Streams;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>A connection to the daemon, with the handshake done.</summary>
/// <remarks>
/// <see cref="ConnectAsync"/> holds the launch lock through check, launch and connect, so that clients started at the same
/// instant end up on one daemon. Whoever dies with the lock frees it. A daemon that goes away ends <see cref="Completion"/>;
/// a client then exits and is started again by its editor.
/// <code>
/// await using DaemonClient daemon = await DaemonClient.ConnectAsync(context.Paths, startIfNeeded: true, context.Time, cancellationToken);
/// CompleteResult result = await daemon.Control.CompleteAsync(new() { ... }, cancellationToken);
/// </code>
/// </remarks>
internal sealed class DaemonClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly MultiplexingStream _connection;
    private readonly JsonRpc _rpc;

    private DaemonClient(MultiplexingStream connection, JsonRpc rpc)
    {
        _connection = connection;
        _rpc = rpc;
        Control = new ControlProxy(rpc);
        Learning = new LearningProxy(rpc);
        rpc.AddLocalRpcMethod(
            ((Action<RepositoryStatus>)OnAdaptationChanged).Method,
            this,
            new JsonRpcMethodAttribute(LocalCopilotMethods.AdaptationChanged) { UseSingleObjectParameterDeserialization = true });
    }

    public ILocalCopilotControl Control { get; }

    public ILocalCopilotLearning Learning { get; }

    /// <summary>What is learned of some repository has changed; called one at a time.</summary>
    public event Action<RepositoryStatus>? AdaptationChanged;

    /// <summary>Ends when the daemon or the connection does.</summary>
    public Task Completion => _connection.Completion;

    /// <summary>Connects to the daemon of this user.</summary>
    /// <param name="paths">The user's, or <see cref="LocalCopilotPaths.Within"/> a folder: a daemon that is started uses them too.</param>
    /// <param name="startIfNeeded">Whether a daemon is started where none runs.</param>
    /// <exception cref="DaemonUnavailableException">None runs and none was to be started, or it could not be started or spoken with.</exception>
    public static async Task<DaemonClient> ConnectAsync(LocalCopilotPaths paths, bool startIfNeeded, TimeProvider time, CancellationToken cancellationToken)
    {
        RuntimeFolder.Ensure(paths);
        LocalTransport transport = LocalTransport.For(paths);
        using FileLock launching = await LockAsync(paths, time, cancellationToken);
        DaemonClient? client = await TryConnectAsync(transport, mayReplace: startIfNeeded, cancellationToken);
        if (client is not null)
        {
            return client;
        }

        return startIfNeeded
            ? await LaunchAsync(paths, transport, time, cancellationToken)
            : throw new DaemonUnavailableException("No daemon is running. An editor starts it, or `localcopilot daemon` does.") { NotRunning = true };
    }

    /// <summary>Asks the running daemon, of whatever protocol version, to end.</summary>
    /// <exception cref="DaemonUnavailableException">None runs, or it cannot be spoken with.</exception>
    public static async Task StopAsync(LocalCopilotPaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        RuntimeFolder.Ensure(paths);
        using FileLock launching = await LockAsync(paths, time, cancellationToken);
        try
        {
            await using DaemonClient client = await TryOpenAsync(LocalTransport.For(paths), cancellationToken)
                ?? throw new DaemonUnavailableException("No daemon is running.") { NotRunning = true };
            await client.Control.ShutdownAsync(new(), cancellationToken);
            await client.Completion.WaitAsync(Patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception exception) when (IsGone(exception, cancellationToken))
        {
            // It was ending already.
        }
    }

    /// <summary>Opens the channel of an editor.</summary>
    public Task<MultiplexingStream.Channel> OpenLspAsync(CancellationToken cancellationToken) =>
        _connection.OfferChannelAsync(ChannelNames.Lsp, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        await _connection.DisposeAsync();
    }

    private void OnAdaptationChanged(RepositoryStatus status) => AdaptationChanged?.Invoke(status);

    private static async Task<FileLock> LockAsync(LocalCopilotPaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await FileLock.AcquireAsync(paths.LaunchLockFile, Patience, time, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new DaemonUnavailableException(exception.Message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonUnavailableException($"The lock {paths.LaunchLockFile} cannot be made: {exception.Message} Free space on its disk, or set XDG_RUNTIME_DIR to a folder that you may write to.", exception);
        }
    }

    private static async Task<DaemonClient> LaunchAsync(LocalCopilotPaths paths, LocalTransport transport, TimeProvider time, CancellationToken cancellationToken)
    {
        using DaemonLauncher daemon = DaemonLauncher.Launch(paths);
        long start = time.GetTimestamp();
        while (time.GetElapsedTime(start) < Patience)
        {
            // Looked at before connecting: a daemon that listened and has ended since is not taken for one that failed.
            bool exited = daemon.HasExited;
            if (await TryConnectAsync(transport, mayReplace: false, cancellationToken) is { } client)
            {
                return client;
            }

            if (exited)
            {
                string message = await daemon.GetMessageAsync(cancellationToken);
                throw new DaemonUnavailableException($"The daemon could not start (exit code {daemon.ExitCode}). {message} Its log is in {paths.LogDirectory}.");
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }

        throw new DaemonUnavailableException($"The daemon was started and did not listen on {paths.SocketFile} within {Patience.TotalSeconds:0} s. Its log is in {paths.LogDirectory}.");
    }

    /// <returns>Null where no daemon listens, one went away while it was spoken with, or an older one made way.</returns>
    private static async Task<DaemonClient?> TryConnectAsync(LocalTransport transport, bool mayReplace, CancellationToken cancellationToken)
    {
        DaemonClient? client = null;
        try
        {
            client = await TryOpenAsync(transport, cancellationToken);
            if (client is null)
            {
                return null;
            }

            HelloResult hello = await client.Control.HelloAsync(new(ProtocolVersion.Current, ProductVersion.Current, Environment.ProcessId), cancellationToken);
            if (!mayReplace || !IsNewer(ProductVersion.Current, hello.DaemonVersion) || !await MakeWayAsync(client, cancellationToken))
            {
                DaemonClient connected = client;
                client = null;
                return connected;
            }

            return null;
        }
        catch (RemoteInvocationException exception) when (exception.ErrorCode == ErrorCodes.ProtocolVersionMismatch)
        {
            if (mayReplace && client is not null && await MakeWayAsync(client, cancellationToken))
            {
                return null;
            }

            throw new DaemonUnavailableException($"{exception.Message} End the running daemon with `localcopilot stop`, then try again.", exception);
        }
        catch (Exception exception) when (IsGone(exception, cancellationToken))
        {
            return null;
        }
        finally
        {
            if (client is not null)
            {
                await client.DisposeAsync();
            }
        }
    }

    /// <summary>A connection without handshake; null where no daemon listens.</summary>
    private static async Task<DaemonClient?> TryOpenAsync(LocalTransport transport, CancellationToken cancellationToken)
    {
        if (await transport.TryConnectAsync(cancellationToken) is not { } stream)
        {
            return null;
        }

        MultiplexingStream connection = await MultiplexingStream.CreateAsync(stream, Multiplexing.Options, cancellationToken);
        connection.StartListening();
        MultiplexingStream.Channel channel = await connection.OfferChannelAsync(ChannelNames.Control, cancellationToken);
#pragma warning disable CA2000 // The client owns it.
        JsonRpc rpc = new(new FramedMessageHandler(channel, FramingLimits.Default));
#pragma warning restore CA2000
        DaemonClient client = new(connection, rpc);
        rpc.StartListening();
        return client;
    }

    /// <summary>Asks an older daemon to end, which it does only if no editor uses it.</summary>
    private static async Task<bool> MakeWayAsync(DaemonClient client, CancellationToken cancellationToken)
    {
        ShutdownResult result = await client.Control.ShutdownAsync(new() { IfIdle = true }, cancellationToken);
        if (result.Stopping)
        {
            await client.Completion.WaitAsync(Patience, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return result.Stopping;
    }

    /// <summary>Whether something failed because the daemon went away meanwhile; a channel that is being opened is cancelled then.</summary>
    private static bool IsGone(Exception exception, CancellationToken cancellationToken) =>
        exception is ConnectionLostException or IOException or ObjectDisposedException or MultiplexingProtocolException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static bool IsNewer(string version, string than) =>
        Version.TryParse(version, out Version? ours) && Version.TryParse(than, out Version? theirs) && ours > theirs;
}
