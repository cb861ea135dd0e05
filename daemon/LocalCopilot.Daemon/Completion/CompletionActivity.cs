namespace LocalCopilot.Daemon.Completion;

/// <summary>Knows when completions were last wanted, so that learning gets out of their way. Usable from any thread.</summary>
internal sealed class CompletionActivity(TimeProvider time)
{
    private readonly long _begin = time.GetTimestamp();
    private long _last = long.MinValue;

    /// <summary>A completion is wanted, now. Called on the thread of the request: handlers must be quick.</summary>
    public event Action? Wanted;

    /// <summary>Time since a completion was last wanted; since the start where none was.</summary>
    public TimeSpan Quiet => time.GetElapsedTime(Interlocked.Read(ref _last) is var last && last == long.MinValue ? _begin : last);

    public void Note()
    {
        Interlocked.Exchange(ref _last, time.GetTimestamp());
        Wanted?.Invoke();
    }

    /// <summary>Returns when no completion was wanted for so long.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void WaitUntilQuiet(TimeSpan least, CancellationToken cancellationToken)
    {
        while (least - Quiet is var left && left > TimeSpan.Zero)
        {
            cancellationToken.WaitHandle.WaitOne(left);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Completes when no completion was wanted for so long.</summary>
    public async Task WhenQuietAsync(TimeSpan least, CancellationToken cancellationToken)
    {
        while (least - Quiet is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, time, cancellationToken);
        }
    }
}
