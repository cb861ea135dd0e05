namespace LocalCopilot.Daemon.Rpc;

/// <summary>What all connections share: who is connected, what does not work, and the way to end. Usable from any thread.</summary>
internal sealed class ServerState(TimeProvider time, IReadOnlyList<string> warnings, string logFile)
{
    private readonly TaskCompletionSource _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _connections;
    private volatile bool _hadConnections;
    private int _editors;
    private long _lastConnection = time.GetTimestamp();

    public DateTimeOffset StartedAt { get; } = time.GetLocalNow();

    public TimeSpan Uptime => time.GetLocalNow() - StartedAt;

    /// <summary>For people, found at the start.</summary>
    public IReadOnlyList<string> Warnings { get; } = warnings;

    public string LogFile { get; } = logFile;

    public int Editors => Volatile.Read(ref _editors);

    /// <summary>Time since the last client left; zero while one is connected.</summary>
    public TimeSpan IdleTime => Volatile.Read(ref _connections) > 0 ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _lastConnection));

    /// <summary>Whether any client has come yet.</summary>
    public bool HadConnections => _hadConnections;

    /// <summary>Completes when a client asked the daemon to end.</summary>
    public Task StopRequested => _stopRequested.Task;

    public void RequestStop() => _stopRequested.TrySetResult();

    public void ConnectionOpened()
    {
        Interlocked.Increment(ref _connections);
        _hadConnections = true;
    }

    public void ConnectionClosed()
    {
        Volatile.Write(ref _lastConnection, time.GetTimestamp());
        Interlocked.Decrement(ref _connections);
    }

    public void EditorOpened() => Interlocked.Increment(ref _editors);

    public void EditorClosed() => Interlocked.Decrement(ref _editors);
}
