namespace LocalCopilot.Daemon.Engine;

/// <summary>Something for the engine's thread to do.</summary>
internal abstract class EngineJob(EnginePriority priority, long enqueued, CancellationToken cancellationToken)
{
    public EnginePriority Priority => priority;

    /// <summary>Timestamp of the time provider.</summary>
    public long Enqueued => enqueued;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Whether it begins again later when something more urgent came; else that ends it.</summary>
    public bool BeginsAgain => priority == EnginePriority.Evaluation;

    public abstract bool IsCompleted { get; }

    /// <summary>Runs on the engine's thread.</summary>
    /// <exception cref="OperationCanceledException">The abort flag was set.</exception>
    public abstract void Run(long started);

    public abstract void Fail(Exception exception);

    public abstract void Cancel();
}

/// <param name="run">Takes the time that the job waited.</param>
internal sealed class EngineJob<T>(EnginePriority priority, TimeProvider time, Func<TimeSpan, T> run, CancellationToken cancellationToken)
    : EngineJob(priority, time.GetTimestamp(), cancellationToken)
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Result => _result.Task;

    public override bool IsCompleted => _result.Task.IsCompleted;

    public override void Run(long started) => _result.TrySetResult(run(time.GetElapsedTime(Enqueued, started)));

    public override void Fail(Exception exception) => _result.TrySetException(exception);

    public override void Cancel() => _result.TrySetCanceled(CancellationToken.IsCancellationRequested ? CancellationToken : new(canceled: true));
}
