using System.Runtime.CompilerServices;
using LocalCopilot.Daemon.Storage;
using LocalCopilot.Protocol;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Statistics;

/// <summary>Keeps answers and what became of them in statistics.db.</summary>
/// <remarks>
/// Usable from any thread, one at a time. Opened, and made, at the first write. A batch is written wholly or not at all. A
/// database that is damaged, also while it is open, is moved aside and begun anew; one that cannot be used now is tried again
/// at the next call.
/// </remarks>
internal sealed partial class StatisticsStore(string file, ILogger<StatisticsStore> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private ConditionalWeakTable<RecordedAnswer, StrongBox<long>> _rowOf = [];
    private Database? _database;
    private long _rows;

    private bool Exists => _database is not null || File.Exists(file);

    /// <param name="most">Answers that are kept, at most: the newest.</param>
    /// <exception cref="StatisticsUnavailableException">Nothing was written.</exception>
    public void Write(IReadOnlyCollection<(RecordedAnswer Answer, Outcome Outcome)> changed, int most) => Use(database =>
    {
        List<(RecordedAnswer Answer, long Row)> added = [];
        long excess = 0;
        database.Transact(() =>
        {
            foreach (var (answer, outcome) in changed)
            {
                if (_rowOf.TryGetValue(answer, out StrongBox<long>? row))
                {
                    AnswerTable.Update(database, row.Value, outcome);
                }
                else
                {
                    added.Add((answer, AnswerTable.Insert(database, answer.Facts, outcome)));
                }
            }

            excess = Math.Max(0, _rows + added.Count - most);
            AnswerTable.DeleteOldest(database, excess);
        });
        _rows += added.Count - excess;
        foreach (var (answer, row) in added)
        {
            _rowOf.Add(answer, new(row));
        }
    });

    /// <summary>Adds up answers.</summary>
    /// <param name="repository">Root folder; null: of all.</param>
    /// <param name="zone">In which days begin.</param>
    /// <exception cref="StatisticsUnavailableException">It cannot be read.</exception>
    public StatisticsResult Sum(string? repository, DateTimeOffset? since, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        StatisticsSummary summary = new(zone);
        if (Exists)
        {
            Use(database =>
            {
                // Of a database that turns out damaged on the way nothing is said.
                summary = new(zone);
                AnswerTable.Read(database, repository, since, (facts, outcome) =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    summary.Add(facts, outcome);
                });
            });
        }

        return summary.ToResult();
    }

    /// <summary>Deletes what is known of a repository, so that no byte of it is left in any file.</summary>
    /// <param name="repository">Root folder.</param>
    /// <exception cref="StatisticsUnavailableException">Something may be left.</exception>
    public void Forget(string repository)
    {
        if (Exists)
        {
            Use(database =>
            {
                database.Transact(() =>
                {
                    AnswerTable.Delete(database, repository);
                    AnswerTable.DeleteUnusedNames(database);
                });
                database.Shrink();
                _rows = AnswerTable.Count(database);
            });
        }

        lock (_gate)
        {
            // What is damaged cannot be searched.
            Database.Delete(Database.AsideOf(file));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _database?.Dispose();
            _database = null;
        }
    }

    private void Use(Action<Database> use)
    {
        lock (_gate)
        {
            try
            {
                try
                {
                    use(Open());
                }
                catch (SqliteException exception) when (exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
                {
                    // Opening it again finds the damage, and begins anew.
                    _database?.Dispose();
                    _database = null;
                    use(Open());
                }
            }
            catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw new StatisticsUnavailableException(file, exception);
            }
        }
    }

    private Database Open()
    {
        if (_database is null)
        {
            _database = Database.Open(file, AnswerTable.Version, AnswerTable.Schema, aside =>
            {
                _rowOf = [];
                Log.Damaged(logger, file, aside);
            });
            AnswerTable.DeleteUnusedNames(_database);
            _rows = AnswerTable.Count(_database);
        }

        return _database;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{File} is damaged, or of another version: it is moved to {Aside} and begun anew")]
        public static partial void Damaged(ILogger logger, string file, string aside);
    }
}
