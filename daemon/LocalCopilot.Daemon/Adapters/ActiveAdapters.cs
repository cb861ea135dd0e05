using System.Collections.Concurrent;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Git;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Adapters;

/// <summary>What each repository is served with, in memory: completions read no database.</summary>
/// <remarks>Usable from any thread. What is read is never older than the last change of the store that was reported before.</remarks>
internal sealed partial class ActiveAdapters : IActiveAdapters, IDisposable
{
    private const int MostKnown = 256;

    /// <summary>A catalogue that could not be read is not tried again with every key.</summary>
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(10);

    private readonly AdapterStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<ActiveAdapters> _logger;
    private readonly ConcurrentDictionary<(string Root, string Fingerprint), AdapterFile?> _known = new();

    private long _unreadableAt = long.MinValue;

    public ActiveAdapters(AdapterStore store, TimeProvider time, ILogger<ActiveAdapters> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        store.Changed += OnChanged;
    }

    public AdapterFile? Of(string? repositoryRoot, ServedModel model)
    {
        if (repositoryRoot is null)
        {
            return null;
        }

        var key = (repositoryRoot, model.Fingerprint);
        if (_known.TryGetValue(key, out AdapterFile? known))
        {
            return known;
        }

        if (Interlocked.Read(ref _unreadableAt) is var unreadable && unreadable != long.MinValue && _time.GetElapsedTime(unreadable) < TryAgain)
        {
            return null;
        }

        try
        {
            AdapterFile? active = _store.Active(RepositoryKey.Of(repositoryRoot), model.Fingerprint) is { } adapter ? _store.FileOf(adapter) : null;
            if (_known.Count >= MostKnown)
            {
                _known.Clear();
            }

            _known[key] = active;
            return active;
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            Log.Unreadable(_logger, exception.Message);
            Interlocked.Exchange(ref _unreadableAt, _time.GetTimestamp());
            return null;
        }
    }

    /// <remarks>It would fail again, so what was active before it is served. A damaged file is of no more use; one that is whole, and for which there was no memory, say, is kept.</remarks>
    public void Failed(AdapterUnavailableException failure)
    {
        if (_store.Catalogue.Find(failure.Adapter.Id) is not [{ } adapter, ..])
        {
            return;
        }

        if (_store.IsWhole(adapter))
        {
            Log.Unusable(_logger, failure.Message);
            _store.Deactivate(adapter);
        }
        else
        {
            Log.Damaged(_logger, failure.Message);
            _store.Remove(adapter);
        }
    }

    public void Dispose() => _store.Changed -= OnChanged;

    private void OnChanged(string repository)
    {
        _known.Clear();
        Interlocked.Exchange(ref _unreadableAt, long.MinValue);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The base model is served: the catalogue of adapters cannot be read. {Reason}")]
        public static partial void Unreadable(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "{Reason} Its file is whole and kept; what was active before it is served")]
        public static partial void Unusable(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "{Reason} Its file is damaged, and removed; what was active before it is served")]
        public static partial void Damaged(ILogger logger, string reason);
    }
}
