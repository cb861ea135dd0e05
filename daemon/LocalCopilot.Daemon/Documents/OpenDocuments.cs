namespace LocalCopilot.Daemon.Documents;

/// <summary>The documents that are open in any editor, the last used first, so that one session's text can help another's.</summary>
/// <remarks>Usable from any thread. Each session enters and leaves its own; a document that two have open is here twice.</remarks>
internal sealed class OpenDocuments
{
    /// <summary>Documents that are told of; those used longest ago are open all the same.</summary>
    private const int MostGiven = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<(object Session, string Uri), (DocumentSnapshot Document, long Used)> _open = [];
    private long _clock;

    /// <summary>A file was written to disk: its local path.</summary>
    public event Action<string>? Saved;

    /// <summary>The last used ones, newest text first.</summary>
    public IReadOnlyList<DocumentSnapshot> Recent
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values.OrderByDescending(entry => entry.Used).DistinctBy(entry => entry.Document.Uri).Take(MostGiven).Select(entry => entry.Document)];
            }
        }
    }

    public void Changed(object session, DocumentSnapshot document)
    {
        lock (_gate)
        {
            _open[(session, document.Uri)] = (document, ++_clock);
        }
    }

    public void Focused(object session, string uri)
    {
        lock (_gate)
        {
            if (_open.TryGetValue((session, uri), out var entry))
            {
                _open[(session, uri)] = entry with { Used = ++_clock };
            }
        }
    }

    public void Closed(object session, string uri)
    {
        lock (_gate)
        {
            _open.Remove((session, uri));
        }
    }

    public void SessionEnded(object session)
    {
        lock (_gate)
        {
            foreach (var key in _open.Keys.Where(key => key.Session == session).ToArray())
            {
                _open.Remove(key);
            }
        }
    }

    public void WasSaved(string path) => Saved?.Invoke(path);
}
