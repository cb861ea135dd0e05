namespace LocalCopilot.Daemon.Completion.Rhythm;

/// <summary>How long an automatic request is held back, so that answers that would be stale are not computed.</summary>
internal static class StartDelay
{
    /// <summary>Nobody notices less; nobody waits longer.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    /// <param name="interval">Typical time between two keystrokes; null: not known.</param>
    /// <param name="response">Typical time that an answer takes; null: not known.</param>
    /// <returns>Zero where the answer is likely to be there before the next keystroke; else the time after which no keystroke is likely to come.</returns>
    public static TimeSpan For(TimeSpan? interval, TimeSpan? response)
    {
        if (interval is not { } between || response is not { } needed || needed <= between)
        {
            return TimeSpan.Zero;
        }

        TimeSpan silence = between * 1.5;
        return silence < Longest ? silence : Longest;
    }
}
