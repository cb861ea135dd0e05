using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Protocol;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Statistics;

/// <summary>Records what editors were answered, how fast, and what became of it.</summary>
/// <remarks>
/// Usable from any thread. What it is told is only noted, under a lock that is never held over a file; about a second later it
/// is written, all at once, by a task that runs only where there is something to write. What cannot be written (a full disk,
/// say) waits for the next change, up to a bound. The daemon's orderly end writes the rest.
/// </remarks>
internal sealed partial class CompletionRecorder(StatisticsStore store, LocalCopilotOptions options, TimeProvider time, ILogger<CompletionRecorder> logger) : ICompletionFeedback, IAsyncDisposable
{
    /// <summary>Suggestions of which more may be heard, at most: the newest.</summary>
    private const int MostOpen = 1024;

    /// <summary>Answers that wait to be written, at most; while they cannot be, newer ones are not recorded.</summary>
    private const int MostWaiting = 8192;

    private static readonly TimeSpan WriteAfter = TimeSpan.FromSeconds(1);

    /// <summary>After a write that failed, where nothing new is told meanwhile: a disk that was full may have room again.</summary>
    private static readonly TimeSpan WriteAgainAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, OpenSuggestion> _open = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private HashSet<RecordedAnswer> _changed = [];
    private HashSet<RecordedAnswer> _beingWritten = [];
    private Task _writer = Task.CompletedTask;
    private bool _isScheduled;
    private bool _isEnded;
    private bool _hasFailed;

    /// <summary>An editor has asked.</summary>
    /// <param name="repository">Root folder; null for a plain file.</param>
    public AskedCompletion Ask(string language, string? repository) => new(language, repository, time.GetTimestamp());

    /// <summary>The editor is answered.</summary>
    /// <param name="choices">What it is given; none is an answer too.</param>
    /// <param name="adapter">Id of the adapter that made it; null: the base model.</param>
    public void Answer(AskedCompletion asked, IReadOnlyList<CompletionChoice> choices, string? adapter)
    {
        RecordedAnswer answer = new(new(time.GetUtcNow(), asked.Repository, asked.Language, adapter, time.GetElapsedTime(asked.Started)));
        lock (_gate)
        {
            foreach (CompletionChoice choice in choices)
            {
                if (_open.TryGetValue(choice.Id, out OpenSuggestion? known))
                {
                    known.AnsweredAgain(choice.InsertText.Length);
                    continue;
                }

                _open.Add(choice.Id, new(answer, choice.InsertText.Length));
                _order.Enqueue(choice.Id);
                if (_order.Count > MostOpen)
                {
                    _open.Remove(_order.Dequeue());
                }
            }

            NoteChange(answer);
        }
    }

    public void Shown(string completionId) => Hear(completionId, suggestion => suggestion.Show());

    public void Accepted(string completionId) => Hear(completionId, suggestion => suggestion.Accept());

    public void PartiallyAccepted(string completionId, int acceptedLength) => Hear(completionId, suggestion => suggestion.AcceptPart(acceptedLength));

    /// <param name="repository">Root folder; null: everything.</param>
    /// <exception cref="StatisticsUnavailableException">The database cannot be used.</exception>
    public async Task<StatisticsResult> ReadAsync(string? repository, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        await WriteAsync(cancellationToken);
        return await Task.Run(() => store.Sum(repository, since, time.LocalTimeZone, cancellationToken), cancellationToken);
    }

    /// <summary>Deletes what is known of a repository, so that no byte of it is left in any file. What is answered from now on is recorded again.</summary>
    /// <param name="repository">Root folder.</param>
    /// <exception cref="StatisticsUnavailableException">Something may be left.</exception>
    public async Task ForgetAsync(string repository, CancellationToken cancellationToken)
    {
        // Nothing is being written meanwhile that was noted before.
        await _writing.WaitAsync(cancellationToken);
        try
        {
            lock (_gate)
            {
                foreach (string id in _open.Where(entry => entry.Value.Answer.Facts.Repository == repository).Select(entry => entry.Key).ToList())
                {
                    // Its place in the queue stays, and is of no further use.
                    _open.Remove(id);
                }

                _changed.RemoveWhere(answer => answer.Facts.Repository == repository);
            }

            await Task.Run(() => store.Forget(repository), CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task writer;
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            _isEnded = true;
            writer = _writer;
        }

        await _ending.CancelAsync();
        await writer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await TryWriteAsync();
        _ending.Dispose();
        _writing.Dispose();
    }

    private void Hear(string completionId, Action<OpenSuggestion> what)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(completionId, out OpenSuggestion? suggestion))
            {
                Outcome before = suggestion.Outcome;
                what(suggestion);
                suggestion.Answer.Outcome += suggestion.Outcome - before;
                NoteChange(suggestion.Answer);
            }
        }
    }

    private void NoteChange(RecordedAnswer answer)
    {
        bool isFull = _changed.Count + _beingWritten.Count >= MostWaiting && !_changed.Contains(answer) && !_beingWritten.Contains(answer);
        if (_isEnded || isFull || options.Statistics.MaxAnswers == 0)
        {
            return;
        }

        _changed.Add(answer);
        Schedule(WriteAfter);
    }

    /// <remarks>Under the lock.</remarks>
    private void Schedule(TimeSpan delay)
    {
        if (!_isScheduled)
        {
            _isScheduled = true;
            _writer = WriteLaterAsync(_writer, delay, _ending.Token);
        }
    }

    private async Task WriteLaterAsync(Task before, TimeSpan delay, CancellationToken ending)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await Task.Delay(delay, time, ending);
        await TryWriteAsync();
    }

    private async Task TryWriteAsync()
    {
        try
        {
            await WriteAsync(CancellationToken.None);
            _hasFailed = false;
        }
        catch (StatisticsUnavailableException exception)
        {
            if (!_hasFailed)
            {
                Log.NotWritten(logger, exception.Message);
            }

            _hasFailed = true;
            lock (_gate)
            {
                if (!_isEnded && _changed.Count > 0)
                {
                    Schedule(WriteAgainAfter);
                }
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            List<(RecordedAnswer, Outcome)> batch;
            lock (_gate)
            {
                _isScheduled = false;
                (_beingWritten, _changed) = (_changed, []);
                batch = [.. _beingWritten.Select(answer => (answer, answer.Outcome))];
            }

            if (batch.Count == 0)
            {
                return;
            }

            try
            {
                await Task.Run(() => store.Write(batch, options.Statistics.MaxAnswers), CancellationToken.None);
            }
            catch (StatisticsUnavailableException)
            {
                lock (_gate)
                {
                    // In one step, so that nothing counts twice against the bound meanwhile.
                    _changed.UnionWith(_beingWritten);
                    _beingWritten = [];
                }

                throw;
            }
            finally
            {
                lock (_gate)
                {
                    _beingWritten = [];
                }
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "What became of completions is not recorded now. {Reason}")]
        public static partial void NotWritten(ILogger logger, string reason);
    }
}
