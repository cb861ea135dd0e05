namespace LocalCopilot.Daemon.Engine;

/// <summary>How many processors other programs leave to this one.</summary>
/// <remarks>
/// ggml's threads wait for each other after every operation. Where one of them has to share its processor, all wait for it, a
/// scheduler's slice of milliseconds each time: with two threads and another program busy on one of two processors, answers took
/// ten times as long, with one thread hardly longer than on a quiet machine (docs/performance.md). Programs of lower priority take
/// no slices worth the name, and the training worker stands still for a completion: what they computed was free. Used by one thread.
/// </remarks>
/// <param name="processors">Of this machine.</param>
/// <param name="read">The use until now; null where it is not known, which counts as free.</param>
internal sealed class FreeProcessors(int processors, TimeProvider time, Func<ProcessorUse?> read)
{
    /// <summary>Ticks are a hundredth of a second: over less than this they say nothing.</summary>
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);

    /// <summary>What was longer ago says little about now.</summary>
    private static readonly TimeSpan LongestWindow = TimeSpan.FromSeconds(15);

    /// <summary>Who runs at the instant of a request in any case: the one that asks, and the program that has just sent it.</summary>
    private const int OfTheRequest = 2;

    /// <summary>Part of a processor that others may use of one that counts as free: an editor and its servers are at work while somebody types.</summary>
    private const double Shared = 0.6;

    private ProcessorUse? _before;
    private long _readAt;
    private int _free;

    /// <summary>Processors that are free, 1 to all of them: the one that asks is.</summary>
    public int Count()
    {
        long now = time.GetTimestamp();
        TimeSpan window = time.GetElapsedTime(_readAt, now);
        if (_before is not null && window < ShortestWindow)
        {
            return _free;
        }

        if (read() is not { } use)
        {
            return processors;
        }

        double others = _before is { } before && window <= LongestWindow
            ? ((use.All - before.All) - (use.GivingWay - before.GivingWay) - (use.Own - before.Own)) / window
            : Math.Max(0, use.Running - OfTheRequest);
        _free = Math.Clamp((int)Math.Floor(processors - others + Shared), 1, processors);
        (_before, _readAt) = (use, now);
        return _free;
    }
}
