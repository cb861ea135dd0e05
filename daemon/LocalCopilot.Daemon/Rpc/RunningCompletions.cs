using System.Collections.Concurrent;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>The inline completion that runs for each document: at most one, ended by a newer one and by a change of the text.</summary>
internal sealed class RunningCompletions
{
    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);

    public Running Begin(string uri, CancellationToken cancellationToken)
    {
        Running running = new(this, uri, cancellationToken);
        End(uri, RpcErrors.Superseded(uri));
        _running[uri] = running;
        return running;
    }

    /// <summary>Ends the running one, which is answered with the error.</summary>
    public void End(string uri, LocalRpcException error)
    {
        if (_running.TryRemove(uri, out Running? running))
        {
            running.End(error);
        }
    }

    internal sealed class Running(RunningCompletions owner, string uri, CancellationToken request) : IDisposable
    {
        private readonly CancellationTokenSource _cancellation = CancellationTokenSource.CreateLinkedTokenSource(request);

        public CancellationToken Token => _cancellation.Token;

        /// <summary>Why it was ended; null while it was not, or when the client cancelled it.</summary>
        public LocalRpcException? Error { get; private set; }

        public void End(LocalRpcException error)
        {
            Error = error;
            _cancellation.Cancel();
        }

        public void Dispose()
        {
            // Only a completion that was removed by its end is cancelled later, so nobody else holds the source now.
            owner._running.TryRemove(new(uri, this));
            _cancellation.Dispose();
        }
    }
}
