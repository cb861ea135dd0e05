using LocalCopilot.Llama;

namespace LocalCopilot.Training;

/// <summary>Pauses, resumes and stops a run from other threads. A computation in progress is given up at once and made again later.</summary>
public sealed class RunControl : IDisposable
{
    private readonly ManualResetEventSlim _running = new(initialState: true);
    private readonly Lock _lock = new();
    private bool _stops;

    /// <summary>Ends computations while the run is paused or stopped.</summary>
    public AbortFlag Abort { get; } = new();

    /// <summary>Whether it is to end.</summary>
    public bool Stops
    {
        get
        {
            lock (_lock)
            {
                return _stops;
            }
        }
    }

    /// <summary>Whether it is to wait.</summary>
    public bool IsPaused => !_running.IsSet;

    /// <summary>Waits from the next operation on.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            if (!_stops)
            {
                _running.Reset();
                Abort.IsSet = true;
            }
        }
    }

    /// <summary>Goes on.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            Abort.IsSet = _stops;
            _running.Set();
        }
    }

    /// <summary>Ends the run with a checkpoint.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _stops = true;
            Abort.IsSet = true;
            _running.Set();
        }
    }

    /// <summary>Waits while it is paused.</summary>
    internal void WaitWhilePaused() => _running.Wait();

    /// <inheritdoc/>
    public void Dispose()
    {
        _running.Dispose();
        Abort.Dispose();
    }
}
