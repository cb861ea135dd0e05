namespace LocalCopilot.Daemon.Completion;

/// <summary>What completions cost and saved since the daemon started. Usable from any thread.</summary>
internal sealed class CompletionCounters
{
    private long _computed;
    private long _typedThrough;
    private long _cancelled;
    private long _wastedTokens;

    /// <summary>Answers that the model computed.</summary>
    public long Computed => Interlocked.Read(ref _computed);

    /// <summary>Answers without a model call.</summary>
    public long TypedThrough => Interlocked.Read(ref _typedThrough);

    /// <summary>Requests that were stale before their answer.</summary>
    public long Cancelled => Interlocked.Read(ref _cancelled);

    /// <summary>Tokens that were generated and never answered with.</summary>
    public long WastedTokens => Interlocked.Read(ref _wastedTokens);

    public void CountComputed(int generatedTokens, bool hasAnswer)
    {
        Interlocked.Increment(ref _computed);
        if (!hasAnswer)
        {
            Interlocked.Add(ref _wastedTokens, generatedTokens);
        }
    }

    public void CountTypedThrough() => Interlocked.Increment(ref _typedThrough);

    public void CountCancelled() => Interlocked.Increment(ref _cancelled);
}
