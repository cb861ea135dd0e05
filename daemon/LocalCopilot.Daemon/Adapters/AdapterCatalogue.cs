using System.Text.Json;
using LocalCopilot.Daemon.Storage;
using LocalCopilot.Protocol;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.Daemon.Adapters;

/// <summary>The adapters that there are, which were active when, and how each round of learning ended.</summary>
/// <remarks>Usable from any thread. Each change is one transaction, on the disk when it returns.</remarks>
internal sealed class AdapterCatalogue : IDisposable
{
    private const int SchemaVersion = 1;

    /// <summary>Rounds and activations that are remembered of one repository.</summary>
    private const int MostRounds = 200;

    private const string Schema = """
        CREATE TABLE adapters (
            id TEXT PRIMARY KEY, repository TEXT NOT NULL, root TEXT NOT NULL, model TEXT NOT NULL, fingerprint TEXT NOT NULL, created INTEGER NOT NULL, offset_minutes INTEGER NOT NULL,
            trained_through TEXT NOT NULL, rank INTEGER NOT NULL, alpha REAL NOT NULL, parameters INTEGER NOT NULL, bytes INTEGER NOT NULL, rejected TEXT, evaluation TEXT);
        CREATE INDEX adapters_repository ON adapters (repository, fingerprint);
        CREATE TABLE activations (id INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, fingerprint TEXT NOT NULL, adapter TEXT REFERENCES adapters ON DELETE CASCADE);
        CREATE INDEX activations_repository ON activations (repository, fingerprint);
        CREATE TABLE rounds (id INTEGER PRIMARY KEY AUTOINCREMENT, repository TEXT NOT NULL, fingerprint TEXT NOT NULL, ended INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL, head TEXT NOT NULL, fresh INTEGER NOT NULL, speed REAL);
        CREATE INDEX rounds_repository ON rounds (repository, fingerprint);
        """;

    private const string Columns = "id, repository, root, model, fingerprint, created, offset_minutes, trained_through, rank, alpha, parameters, bytes, rejected, evaluation";

    private static readonly JsonSerializerOptions Json = ProtocolJson.CreateOptions();

    private readonly Database _database;

    private AdapterCatalogue(Database database) => _database = database;

    /// <param name="damaged">Called with the path that a damaged catalogue was moved to.</param>
    public static AdapterCatalogue Open(string file, Action<string>? damaged = null) => new(Database.Open(file, SchemaVersion, Schema, damaged));

    public void Dispose() => _database.Dispose();

    public IReadOnlyList<StoredAdapter> All() => _database.Query($"SELECT {Columns} FROM adapters ORDER BY created DESC, rowid DESC", Read);

    /// <summary>Of one repository and all models, the newest first.</summary>
    public IReadOnlyList<StoredAdapter> Of(string repository) =>
        _database.Query($"SELECT {Columns} FROM adapters WHERE repository = $repository ORDER BY created DESC, rowid DESC", Read, ("$repository", repository));

    /// <param name="id">An id, or the beginning of one.</param>
    public IReadOnlyList<StoredAdapter> Find(string id) =>
        _database.Query($"SELECT {Columns} FROM adapters WHERE substr(id, 1, length($id)) = $id LIMIT 2", Read, ("$id", id));

    /// <summary>The active adapter; null: the base model.</summary>
    public StoredAdapter? Active(string repository, string fingerprint) => History(repository, fingerprint) is [{ } id, ..] ? Find(id)[0] : null;

    /// <summary>The adapters that were active, now first, each before it the one that a rollback brings back; null: the base model.</summary>
    public IReadOnlyList<string?> History(string repository, string fingerprint) => _database.Query(
        "SELECT adapter FROM activations WHERE repository = $repository AND fingerprint = $fingerprint ORDER BY id DESC",
        row => row.IsDBNull(0) ? null : row.GetString(0),
        ("$repository", repository),
        ("$fingerprint", fingerprint));

    public void Add(StoredAdapter adapter) => _database.Execute(
        $"""
        INSERT INTO adapters ({Columns})
        VALUES ($id, $repository, $root, $model, $fingerprint, $created, $offset, $through, $rank, $alpha, $parameters, $bytes, $rejected, $evaluation)
        ON CONFLICT (id) DO UPDATE SET created = $created, offset_minutes = $offset, trained_through = $through, rejected = $rejected, evaluation = $evaluation
        """,
        ("$id", adapter.Id),
        ("$repository", adapter.Repository),
        ("$root", adapter.Root),
        ("$model", adapter.Model),
        ("$fingerprint", adapter.ModelFingerprint),
        ("$created", adapter.CreatedAt.ToUnixTimeMilliseconds()),
        ("$offset", (int)adapter.CreatedAt.Offset.TotalMinutes),
        ("$through", adapter.TrainedThrough),
        ("$rank", adapter.Rank),
        ("$alpha", adapter.Alpha),
        ("$parameters", adapter.Parameters),
        ("$bytes", adapter.Bytes),
        ("$rejected", adapter.Rejected),
        ("$evaluation", adapter.Evaluation is null ? null : JsonSerializer.Serialize(adapter.Evaluation, Json)));

    public void Activate(StoredAdapter adapter) => _database.Transact(() => AddActivation(adapter));

    /// <param name="insteadOf">Only if this one is active; null: the base model.</param>
    /// <param name="isSameStep">A rollback goes back to before that one.</param>
    /// <returns>Whether it is active now.</returns>
    public bool TryActivate(StoredAdapter adapter, StoredAdapter? insteadOf, bool isSameStep)
    {
        bool isActive = false;
        _database.Transact(() =>
        {
            isActive = Active(adapter.Repository, adapter.ModelFingerprint)?.Id == insteadOf?.Id;
            if (isActive && isSameStep)
            {
                Rollback(adapter.Repository, adapter.ModelFingerprint);
            }

            if (isActive)
            {
                AddActivation(adapter);
            }
        });
        return isActive;
    }

    /// <summary>Undoes the last activation.</summary>
    public void Rollback(string repository, string fingerprint) => _database.Execute(
        "DELETE FROM activations WHERE id = (SELECT max(id) FROM activations WHERE repository = $repository AND fingerprint = $fingerprint)",
        ("$repository", repository),
        ("$fingerprint", fingerprint));

    /// <summary>Undoes every activation of an adapter; where it was active, the one before it is again.</summary>
    public void Deactivate(string id) => _database.Execute("DELETE FROM activations WHERE adapter = $id", ("$id", id));

    /// <summary>Removes an adapter; where it was active, the one before it is again.</summary>
    public void Remove(string id) => _database.Execute("DELETE FROM adapters WHERE id = $id", ("$id", id));

    public void AddRound(LearningRound round) => _database.Transact(() =>
    {
        _database.Execute(
            "INSERT INTO rounds (repository, fingerprint, ended, outcome, reason, head, fresh, speed) VALUES ($repository, $fingerprint, $ended, $outcome, $reason, $head, $fresh, $speed)",
            ("$repository", round.Repository),
            ("$fingerprint", round.ModelFingerprint),
            ("$ended", round.Ended.ToUnixTimeMilliseconds()),
            ("$outcome", round.Outcome.ToString()),
            ("$reason", round.Reason),
            ("$head", round.Head),
            ("$fresh", round.Fresh),
            ("$speed", round.TokensPerSecond));
        Limit("rounds", round.Repository);
    });

    /// <summary>Rounds of a repository with one model, the newest first.</summary>
    public IReadOnlyList<LearningRound> Rounds(string repository, string fingerprint) => _database.Query(
        "SELECT ended, outcome, reason, head, fresh, speed FROM rounds WHERE repository = $repository AND fingerprint = $fingerprint ORDER BY id DESC",
        row => new LearningRound(repository, fingerprint, DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), Enum.Parse<AdaptationOutcome>(row.GetString(1)), row.GetString(2), row.GetString(3), row.GetBoolean(4), row.IsDBNull(5) ? null : row.GetDouble(5)),
        ("$repository", repository),
        ("$fingerprint", fingerprint));

    /// <summary>Leaves nothing of a repository.</summary>
    public void Forget(string repository)
    {
        _database.Transact(() =>
        {
            foreach (string table in (string[])["activations", "rounds", "adapters"])
            {
                _database.Execute($"DELETE FROM {table} WHERE repository = $repository", ("$repository", repository));
            }
        });
        _database.Shrink();
    }

    private void AddActivation(StoredAdapter adapter)
    {
        _database.Execute(
            "INSERT INTO activations (repository, fingerprint, adapter) VALUES ($repository, $fingerprint, $adapter)",
            ("$repository", adapter.Repository),
            ("$fingerprint", adapter.ModelFingerprint),
            ("$adapter", adapter.Id));
        Limit("activations", adapter.Repository);
    }

    private void Limit(string table, string repository) => _database.Execute(
        $"DELETE FROM {table} WHERE repository = $repository AND id NOT IN (SELECT id FROM {table} WHERE repository = $repository ORDER BY id DESC LIMIT {MostRounds})",
        ("$repository", repository));

    private static StoredAdapter Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)).ToOffset(TimeSpan.FromMinutes(row.GetInt32(6))),
        row.GetString(7),
        row.GetInt32(8),
        row.GetFloat(9),
        row.GetInt64(10),
        row.GetInt64(11),
        row.IsDBNull(12) ? null : row.GetString(12),
        row.IsDBNull(13) ? null : JsonSerializer.Deserialize<Protocol.Evaluation>(row.GetString(13), Json));
}
