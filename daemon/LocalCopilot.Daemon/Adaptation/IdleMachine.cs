using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Whether learning would be in nobody's way now.</summary>
/// <remarks>Used by one thread: what other programs do is measured from one look to the next.</remarks>
/// <param name="onBattery">Whether the machine runs on its battery.</param>
/// <param name="use">What processors have done until now; null where it is not known, which counts as nothing.</param>
internal sealed class IdleMachine(CompletionActivity activity, AdaptationOptions options, TimeProvider time, Func<bool> onBattery, Func<ProcessorUse?> use)
{
    private ProcessorUse? _before;
    private long _readAt;

    /// <summary>Why a round must not begin by itself now; null: it may.</summary>
    public string? WhyNot()
    {
        double others = OtherLoad();
        return WhyNotGoOn()
            ?? (activity.Quiet < options.IdleAfter ? "Completions were wanted a moment ago"
            : others > options.MaxOtherLoad ? "Other programs are busy"
            : null);
    }

    /// <summary>Why a round that began by itself must not go on; null: it may.</summary>
    public string? WhyNotGoOn() =>
        !options.OnBattery && onBattery() ? "The machine runs on its battery"
        : DailyHours.TryParse(options.Hours, out DailyHours hours) && !hours.Contains(TimeOnly.FromDateTime(time.GetLocalNow().DateTime)) ? $"It is not between {options.Hours}"
        : null;

    private double OtherLoad()
    {
        if (use() is not { } now)
        {
            return 0;
        }

        TimeSpan window = time.GetElapsedTime(_readAt);
        double others = _before is { } before && window > TimeSpan.Zero ? ((now.All - before.All) - (now.Own - before.Own)) / window : now.Running - 1;
        (_before, _readAt) = (now, time.GetTimestamp());
        return others;
    }
}
