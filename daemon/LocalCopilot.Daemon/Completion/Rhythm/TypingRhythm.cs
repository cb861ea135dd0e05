namespace LocalCopilot.Daemon.Completion.Rhythm;

/// <summary>How fast the user types in one document: the time between automatic requests.</summary>
/// <remarks>Used under the owner's lock.</remarks>
internal sealed class TypingRhythm(TimeProvider time)
{
    private const int Remembered = 8;

    /// <summary>A longer pause is no typing.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Queue<TimeSpan> _intervals = new();
    private long _last;

    /// <summary>Median of the last intervals; null before there are some.</summary>
    public TimeSpan? Interval => _intervals.Count >= 3 ? _intervals.Order().ElementAt(_intervals.Count / 2) : null;

    public void Typed()
    {
        long now = time.GetTimestamp();
        if (_last != 0 && time.GetElapsedTime(_last, now) is var interval && interval < Pause)
        {
            _intervals.Enqueue(interval);
            if (_intervals.Count > Remembered)
            {
                _intervals.Dequeue();
            }
        }

        _last = now;
    }
}
