namespace LocalCopilot.Training;

/// <summary>How many threads the next step gets: all, or one for a while where other programs want the processors.</summary>
/// <remarks>
/// ggml's threads wait for each other at every operation, spinning. Where a processor is shared, all of them wait until the last one has its
/// turn, hundreds of times in a step: beside a dozen busy processes on two cores, a step took six to nine times as long as alone. One thread waits for none.
/// Whether it is shared shows in the time that the threads computed, spinning included, beside the time that passed.
/// </remarks>
internal sealed class ThreadChoice(int most, Func<TimeSpan> processorTime, TimeProvider time)
{
    /// <summary>Alone on a machine threads get more than 0.95 of the time; beside one other busy thread on two cores, 0.75.</summary>
    private const double SmallestShare = 0.85;

    private const int FewestStepsAlone = 8;
    private const int MostStepsAlone = 64;

    private long _begin;
    private TimeSpan _beginComputed;
    private int _left;
    private int _alone = FewestStepsAlone;
    private bool _isAlone;

    /// <summary>Threads for the next step.</summary>
    public int Threads => _isAlone ? 1 : most;

    /// <summary>Before a step.</summary>
    public void Begin()
    {
        _begin = time.GetTimestamp();
        _beginComputed = processorTime();
    }

    /// <summary>After a step.</summary>
    public void End()
    {
        if (_isAlone)
        {
            _isAlone = --_left > 0;
            return;
        }

        double share = (processorTime() - _beginComputed) / (most * time.GetElapsedTime(_begin));
        if (share >= SmallestShare || most == 1)
        {
            _alone = FewestStepsAlone;
            return;
        }

        _isAlone = true;
        _left = _alone;
        _alone = Math.Min(2 * _alone, MostStepsAlone);
    }
}
