using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Completion;

/// <summary>When a suggestion is accepted, the next one is computed before it is asked for.</summary>
/// <remarks>One at a time; a newer acceptance ends it, and so does the end of the daemon.</remarks>
internal sealed partial class AcceptancePrefetch(CompletionService completion, SuggestionLog suggestions, ILogger<AcceptancePrefetch> logger) : ICompletionFeedback, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _cancellation = new();
    private Task _running = Task.CompletedTask;
    private bool _ended;

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
            if (_ended)
            {
                return;
            }

            _cancellation.Cancel();
            _cancellation.Dispose();
            _cancellation = new();
            CancellationToken token = _cancellation.Token;
            Task before = _running;
            _running = Task.Run(() => RunAsync(before, accepted, token), CancellationToken.None);
        }
    }

    public void PartiallyAccepted(string completionId, int acceptedLength)
    {
        // The rest is still the suggestion, and comes from the typed-through cache.
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            // From here on nothing is started any more.
            _ended = true;
        }

        await _cancellation.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _cancellation.Dispose();
    }

    private async Task RunAsync(Task before, AcceptedSuggestion accepted, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await completion.PrefetchAsync(accepted, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Something more urgent came.
        }
        catch (Exception exception)
        {
            // Nobody waits for this; whoever asks for the completion is told what is wrong.
            Log.PrefetchFailed(logger, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Debug, "What comes after the accepted suggestion could not be computed")]
        public static partial void PrefetchFailed(ILogger logger, Exception exception);
    }
}
