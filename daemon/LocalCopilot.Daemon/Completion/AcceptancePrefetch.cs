namespace LocalCopilot.Daemon.Completion;

/// <summary>When a suggestion is accepted, the next one is computed before it is asked for.</summary>
/// <remarks>One at a time; a newer acceptance ends it, and so does the end of the daemon.</remarks>
internal sealed class AcceptancePrefetch(CompletionService completion, SuggestionLog suggestions) : ICompletionFeedback, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _cancellation = new();
    private Task _running = Task.CompletedTask;

    public void Shown(string completionId)
    {
        // What was only shown may still be typed through: nothing to prepare.
    }

    public void Accepted(string completionId)
    {
        if (suggestions.Find(completionId) is not { } accepted)
        {
            return;
        }

        lock (_gate)
        {
            _cancellation.Cancel();
            _cancellation.Dispose();
            _cancellation = new();
            CancellationToken token = _cancellation.Token;
            Task before = _running;
            _running = Task.Run(async () =>
            {
                await before;
                await completion.PrefetchAsync(accepted, token);
            }, CancellationToken.None);
        }
    }

    public void PartiallyAccepted(string completionId, int acceptedLength)
    {
        // The rest is still the suggestion, and comes from the typed-through cache.
    }

    public async ValueTask DisposeAsync()
    {
        await _cancellation.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _cancellation.Dispose();
    }
}
