namespace LocalCopilot.Daemon.Completion.Rhythm;

/// <summary>The typing rhythm of each document against the time that answers take. Usable from any thread.</summary>
internal sealed class TypingRhythms(TimeProvider time)
{
    private const int MostDocuments = 64;

    /// <summary>Weight of the newest answer in the average.</summary>
    private const double Weight = 0.2;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TypingRhythm> _documents = new(StringComparer.Ordinal);
    private TimeSpan? _response;

    /// <summary>An automatic request came for a document, whoever answers it.</summary>
    public void Typed(string uri)
    {
        lock (_gate)
        {
            if (!_documents.TryGetValue(uri, out TypingRhythm? rhythm))
            {
                if (_documents.Count == MostDocuments)
                {
                    _documents.Clear();
                }

                _documents[uri] = rhythm = new(time);
            }

            rhythm.Typed();
        }
    }

    /// <summary>How long an automatic request for a document is to be held back.</summary>
    public TimeSpan DelayFor(string uri)
    {
        lock (_gate)
        {
            return StartDelay.For(_documents.GetValueOrDefault(uri)?.Interval, _response);
        }
    }

    /// <param name="needed">Time that the model took for an automatic request.</param>
    public void Answered(TimeSpan needed)
    {
        lock (_gate)
        {
            _response = _response is { } before ? (before * (1 - Weight)) + (needed * Weight) : needed;
        }
    }
}
