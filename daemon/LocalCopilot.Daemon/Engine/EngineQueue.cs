using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>What waits for the engine's thread, the most urgent first, and the way to end what runs.</summary>
/// <remarks>
/// Usable from any thread; one lock guards all. The abort flag is set for the job that runs and for no other: when its request is
/// cancelled, and when a more urgent job comes. A cancelled request is answered at once, also while it still waits or runs.
/// </remarks>
internal sealed class EngineQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<EngineJob, (EnginePriority, long)> _waiting = new();
    private readonly SemaphoreSlim _available = new(0);
    private EngineJob? _running;
    private long _order;
    private bool _closed;

    /// <summary>Looked at by what runs.</summary>
    public AbortFlag Abort { get; } = new();

    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    /// <exception cref="ObjectDisposedException">The engine has ended.</exception>
    public void Enqueue(EngineJob job)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(InferenceEngine));
            _waiting.Enqueue(job, (job.Priority, _order++));
            if (_running is not null && job.Priority < _running.Priority)
            {
                Abort.IsSet = true;
            }
        }

        _available.Release();
        if (job.CancellationToken.CanBeCanceled)
        {
            job.CancellationToken.UnsafeRegister(static (state, _) =>
            {
                var (queue, cancelled) = ((EngineQueue, EngineJob))state!;
                cancelled.Cancel();
                queue.AbortIfRunning(cancelled);
            }, (this, job));
        }
    }

    /// <summary>Waits for the next job and makes it the running one.</summary>
    /// <returns>False when none came in that time, or when the queue was closed.</returns>
    public bool TryTake(TimeSpan patience, out EngineJob? job)
    {
        job = null;
        while (_available.Wait(patience))
        {
            lock (_gate)
            {
                if (_closed)
                {
                    return false;
                }

                if (_waiting.TryDequeue(out job, out _) && !job.IsCompleted)
                {
                    _running = job;
                    Abort.IsSet = false;
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The running job has ended.</summary>
    /// <param name="beginAgain">Whether it waits again.</param>
    public void Finished(EngineJob job, bool beginAgain)
    {
        lock (_gate)
        {
            _running = null;
            if (!beginAgain || _closed)
            {
                return;
            }

            _waiting.Enqueue(job, (job.Priority, _order++));
        }

        _available.Release();
    }

    /// <summary>Ends what runs and cancels what waits; nothing more is taken.</summary>
    /// <returns>False when it was closed before.</returns>
    public bool Close()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _closed = true;
            Abort.IsSet = true;
            while (_waiting.TryDequeue(out EngineJob? job, out _))
            {
                job.Cancel();
            }
        }

        _available.Release();
        return true;
    }

    /// <summary>To be called when the engine's thread has ended.</summary>
    public void Dispose()
    {
        _available.Dispose();
        Abort.Dispose();
    }

    private void AbortIfRunning(EngineJob job)
    {
        lock (_gate)
        {
            if (_running == job && !_closed)
            {
                Abort.IsSet = true;
            }
        }
    }
}
