using System.Runtime.InteropServices;
using LibGit2Sharp;
using LocalCopilot.Daemon.Storage;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.Daemon.Samples;

/// <summary>What was read of one repository's history: commits, samples, what was left out, and what was trained on. An SQLite database without any text of the repository but paths.</summary>
/// <remarks>
/// Each batch of commits is one transaction: killed at any moment, it knows some commits wholly and the others not at all. A
/// database that is damaged, or another version's, is begun anew: everything can be read again. One thread at a time.
/// </remarks>
internal sealed class SampleStore : IDisposable
{
    /// <summary>Raised when tables change, or what samples are made of.</summary>
    private const int SchemaVersion = 2;

    /// <summary>Samples that are remembered as trained on: those of the last runs.</summary>
    private const int MostTrained = 200_000;

    private const string SelectSamples = """
        SELECT samples.id, commit_id, paths.path, old_paths.path, blob, start, length, kind, source, signature
        FROM samples JOIN paths ON paths.id = path_id JOIN paths AS old_paths ON old_paths.id = old_path_id

        """;

    private readonly SqliteConnection _connection;

    private SampleStore(SqliteConnection connection) => _connection = connection;

    public static SampleStore Open(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            return new(Connect(file));
        }
        catch (SqliteException exception) when (!Database.IsOutOfReach(exception))
        {
            DeleteFiles(file);
            return new(Connect(file));
        }
    }

    /// <summary>Deletes a store that is not open.</summary>
    public static void DeleteFiles(string file) => Database.Delete(file);

    public void Dispose() => _connection.Dispose();

    /// <summary>The commits that were read.</summary>
    public HashSet<ObjectId> Commits()
    {
        using SqliteCommand command = Command("SELECT id FROM commits");
        using SqliteDataReader rows = command.ExecuteReader();
        HashSet<ObjectId> commits = [];
        while (rows.Read())
        {
            commits.Add(new((byte[])rows[0]));
        }

        return commits;
    }

    public void Add(IReadOnlyList<ReadCommit> commits)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (ReadCommit commit in commits)
        {
            Execute("INSERT OR REPLACE INTO commits (id, time) VALUES ($id, $time)", ("$id", commit.Id.RawId), ("$time", commit.When.ToUnixTimeSeconds()));
            foreach (var (reason, count) in commit.Excluded)
            {
                Execute("INSERT OR REPLACE INTO excluded (commit_id, reason, count) VALUES ($id, $reason, $count)", ("$id", commit.Id.RawId), ("$reason", (int)reason), ("$count", count));
            }

            foreach (Sample sample in commit.Samples)
            {
                Insert(sample);
            }
        }

        transaction.Commit();
    }

    /// <summary>How many samples some commits gave.</summary>
    public int CountSamples(IEnumerable<ObjectId> commits)
    {
        using SqliteCommand command = Command("SELECT count(*) FROM samples WHERE commit_id = $commit AND source = 0", ("$commit", Array.Empty<byte>()));
        long count = 0;
        foreach (ObjectId commit in commits)
        {
            command.Parameters[0].Value = commit.RawId;
            count += (long)command.ExecuteScalar()!;
        }

        return (int)count;
    }

    /// <summary>What a commit added, in the order it was made in.</summary>
    public IReadOnlyList<Sample> SamplesOf(ObjectId commit)
    {
        using SqliteCommand command = Command(SelectSamples + "WHERE commit_id = $commit AND source = 0 ORDER BY samples.id", ("$commit", commit.RawId));
        return ReadSamples(command);
    }

    /// <summary>The samples of a version of a file; null where it was not read yet.</summary>
    public IReadOnlyList<Sample>? TreeSamplesOf(string path, ObjectId blob)
    {
        using SqliteCommand find = Command("SELECT 1 FROM tree_files JOIN paths ON paths.id = path_id WHERE path = $path AND blob = $blob", ("$path", path), ("$blob", blob.RawId));
        if (find.ExecuteScalar() is null)
        {
            return null;
        }

        using SqliteCommand command = Command(SelectSamples + "WHERE paths.path = $path AND blob = $blob AND source = 1 ORDER BY samples.id", ("$path", path), ("$blob", blob.RawId));
        return ReadSamples(command);
    }

    /// <summary>Sets the samples of a version of a file.</summary>
    public void SetTree(string path, ObjectId blob, IReadOnlyList<Sample> samples)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        long pathId = PathId(path);
        Execute("DELETE FROM samples WHERE path_id = $path AND blob = $blob AND source = 1", ("$path", pathId), ("$blob", blob.RawId));
        Execute("INSERT OR IGNORE INTO tree_files (path_id, blob) VALUES ($path, $blob)", ("$path", pathId), ("$blob", blob.RawId));
        foreach (Sample sample in samples)
        {
            Insert(sample);
        }

        transaction.Commit();
    }

    /// <summary>Forgets versions of files where there are more than so many; those used now come back at their next use.</summary>
    public void LimitTrees(int most)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        using SqliteCommand count = Command("SELECT count(*) FROM tree_files");
        if ((long)count.ExecuteScalar()! > most)
        {
            Execute("DELETE FROM samples WHERE source = 1");
            Execute("DELETE FROM tree_files");
        }

        transaction.Commit();
    }

    /// <summary>Ids of the samples whose context was looked for, whether there was any or not.</summary>
    public HashSet<long> SamplesWithContext()
    {
        using SqliteCommand command = Command("SELECT id FROM samples WHERE has_context = 1");
        using SqliteDataReader rows = command.ExecuteReader();
        HashSet<long> ids = [];
        while (rows.Read())
        {
            ids.Add(rows.GetInt64(0));
        }

        return ids;
    }

    /// <param name="contexts">By the samples' ids; the best chunk first.</param>
    public void AddContexts(IReadOnlyDictionary<long, IReadOnlyList<ChunkPlace>> contexts)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (var (sample, chunks) in contexts)
        {
            Execute("UPDATE samples SET has_context = 1 WHERE id = $sample", ("$sample", sample));
            for (int rank = 0; rank < chunks.Count; rank++)
            {
                Execute(
                    "INSERT OR REPLACE INTO contexts (sample_id, rank, path_id, blob, start_line) VALUES ($sample, $rank, $path, $blob, $line)",
                    ("$sample", sample),
                    ("$rank", rank),
                    ("$path", PathId(chunks[rank].Path)),
                    ("$blob", chunks[rank].Blob.RawId),
                    ("$line", chunks[rank].StartLine));
            }
        }

        transaction.Commit();
    }

    /// <summary>A sample's chunks of other files, the best first.</summary>
    public IReadOnlyList<ChunkPlace> ContextOf(long sample)
    {
        using SqliteCommand command = Command("SELECT path, blob, start_line FROM contexts JOIN paths ON paths.id = path_id WHERE sample_id = $sample ORDER BY rank", ("$sample", sample));
        using SqliteDataReader rows = command.ExecuteReader();
        List<ChunkPlace> chunks = [];
        while (rows.Read())
        {
            chunks.Add(new(rows.GetString(0), new((byte[])rows[1]), rows.GetInt32(2)));
        }

        return chunks;
    }

    /// <summary>Remembers what was trained on, so that it is never held out. To be called before training begins.</summary>
    public void MarkTrained(SelectedSamples selected)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (ObjectId commit in selected.TrainedCommits)
        {
            Execute("INSERT OR IGNORE INTO trained_commits (id) VALUES ($id)", ("$id", commit.RawId));
        }

        foreach (Sample sample in selected.Training)
        {
            Execute("INSERT OR IGNORE INTO trained_samples (key) VALUES ($key)", ("$key", unchecked((long)sample.Key)));
        }

        Execute($"DELETE FROM trained_samples WHERE id <= (SELECT max(id) FROM trained_samples) - {MostTrained}");
        transaction.Commit();
    }

    public HashSet<ObjectId> TrainedCommits()
    {
        using SqliteCommand command = Command("SELECT id FROM trained_commits");
        using SqliteDataReader rows = command.ExecuteReader();
        HashSet<ObjectId> commits = [];
        while (rows.Read())
        {
            commits.Add(new((byte[])rows[0]));
        }

        return commits;
    }

    /// <summary><see cref="Sample.Key"/> of each.</summary>
    public HashSet<ulong> TrainedSamples()
    {
        using SqliteCommand command = Command("SELECT key FROM trained_samples");
        using SqliteDataReader rows = command.ExecuteReader();
        HashSet<ulong> keys = [];
        while (rows.Read())
        {
            keys.Add(unchecked((ulong)rows.GetInt64(0)));
        }

        return keys;
    }

    /// <summary>What was left out of a commit.</summary>
    public IReadOnlyDictionary<Exclusion, int> ExcludedOf(ObjectId commit)
    {
        using SqliteCommand command = Command("SELECT reason, count FROM excluded WHERE commit_id = $commit", ("$commit", commit.RawId));
        using SqliteDataReader rows = command.ExecuteReader();
        Dictionary<Exclusion, int> excluded = [];
        while (rows.Read())
        {
            excluded[(Exclusion)rows.GetInt32(0)] = rows.GetInt32(1);
        }

        return excluded;
    }

    /// <summary>Removes the samples of all paths that are to be left out now; each counts as one file that its commit left out.</summary>
    /// <returns>Samples that were removed.</returns>
    public int RemovePaths(Func<string, Exclusion?> exclusionOf)
    {
        List<(long Id, Exclusion Reason)> unwanted = [];
        using (SqliteCommand command = Command("SELECT id, path FROM paths"))
        {
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                if (exclusionOf(rows.GetString(1)) is { } reason)
                {
                    unwanted.Add((rows.GetInt64(0), reason));
                }
            }
        }

        int removed = 0;
        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (var (id, reason) in unwanted)
        {
            Execute(
                """
                INSERT INTO excluded (commit_id, reason, count) SELECT DISTINCT commit_id, $reason, 1 FROM samples WHERE path_id = $path AND source = 0
                ON CONFLICT (commit_id, reason) DO UPDATE SET count = count + 1
                """,
                ("$path", id),
                ("$reason", (int)reason));
            Execute("DELETE FROM contexts WHERE path_id = $path", ("$path", id));
            Execute("DELETE FROM tree_files WHERE path_id = $path", ("$path", id));
            removed += Execute("DELETE FROM samples WHERE path_id = $path", ("$path", id));
        }

        transaction.Commit();
        return removed;
    }

    /// <summary>Forgets commits that are not in a list any more, the oldest first, until no more than so many are left.</summary>
    public void KeepOnly(IReadOnlySet<ObjectId> commits, int most)
    {
        List<byte[]> others = [];
        int known = 0;
        using (SqliteCommand command = Command("SELECT id FROM commits ORDER BY time"))
        {
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                known++;
                byte[] id = (byte[])rows[0];
                if (!commits.Contains(new(id)))
                {
                    others.Add(id);
                }
            }
        }

        using SqliteTransaction transaction = _connection.BeginTransaction();
        foreach (byte[] id in others.Take(Math.Max(0, known - most)))
        {
            Execute("DELETE FROM samples WHERE commit_id = $id AND source = 0; DELETE FROM excluded WHERE commit_id = $id; DELETE FROM commits WHERE id = $id; DELETE FROM trained_commits WHERE id = $id", ("$id", id));
        }

        transaction.Commit();
    }

    private static List<Sample> ReadSamples(SqliteCommand command)
    {
        using SqliteDataReader rows = command.ExecuteReader();
        List<Sample> samples = [];
        while (rows.Read())
        {
            Middle middle = new(rows.GetInt32(5), rows.GetInt32(6), (MiddleKind)rows.GetInt32(7));
            ulong[] signature = MemoryMarshal.Cast<byte, ulong>((byte[])rows[9]).ToArray();
            samples.Add(new(rows.GetInt64(0), new((byte[])rows[1]), rows.GetString(2), rows.GetString(3), new((byte[])rows[4]), middle, (SampleSource)rows.GetInt32(8), signature));
        }

        return samples;
    }

    private void Insert(Sample sample) => Execute(
            """
            INSERT INTO samples (commit_id, path_id, old_path_id, blob, start, length, kind, source, signature)
            VALUES ($commit, $path, $oldPath, $blob, $start, $length, $kind, $source, $signature)
            """,
            ("$commit", sample.Commit.RawId),
            ("$path", PathId(sample.Path)),
            ("$oldPath", PathId(sample.OldPath)),
            ("$blob", sample.Blob.RawId),
            ("$start", sample.Middle.Start),
            ("$length", sample.Middle.Length),
            ("$kind", (int)sample.Middle.Kind),
            ("$source", (int)sample.Source),
            ("$signature", MemoryMarshal.AsBytes<ulong>(sample.Signature).ToArray()));

    private long PathId(string path)
    {
        using SqliteCommand find = Command("SELECT id FROM paths WHERE path = $path", ("$path", path));
        if (find.ExecuteScalar() is long known)
        {
            return known;
        }

        using SqliteCommand insert = Command("INSERT INTO paths (path) VALUES ($path) RETURNING id", ("$path", path));
        return (long)insert.ExecuteScalar()!;
    }

    private int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using SqliteCommand command = Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private static SqliteConnection Connect(string file)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 5, ForeignKeys = true }.ToString());
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version";
            if (command.ExecuteScalar() is long version && version != SchemaVersion)
            {
                if (version != 0)
                {
                    throw new SqliteException($"{file} has the schema {version}.", SQLitePCL.raw.SQLITE_ERROR);
                }

                command.CommandText = $"""
                    PRAGMA journal_mode = WAL;
                    BEGIN;
                    CREATE TABLE commits (id BLOB PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
                    CREATE TABLE excluded (commit_id BLOB NOT NULL, reason INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (commit_id, reason)) WITHOUT ROWID;
                    CREATE TABLE paths (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
                    CREATE TABLE samples (
                        id INTEGER PRIMARY KEY, commit_id BLOB NOT NULL, path_id INTEGER NOT NULL, old_path_id INTEGER NOT NULL, blob BLOB NOT NULL,
                        start INTEGER NOT NULL, length INTEGER NOT NULL, kind INTEGER NOT NULL, source INTEGER NOT NULL, signature BLOB NOT NULL,
                        has_context INTEGER NOT NULL DEFAULT 0);
                    CREATE INDEX samples_commit ON samples (commit_id);
                    CREATE INDEX samples_path ON samples (path_id);
                    CREATE TABLE contexts (
                        sample_id INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE, rank INTEGER NOT NULL, path_id INTEGER NOT NULL, blob BLOB NOT NULL, start_line INTEGER NOT NULL,
                        PRIMARY KEY (sample_id, rank)) WITHOUT ROWID;
                    CREATE INDEX contexts_path ON contexts (path_id);
                    CREATE TABLE tree_files (path_id INTEGER NOT NULL, blob BLOB NOT NULL, PRIMARY KEY (path_id, blob)) WITHOUT ROWID;
                    CREATE TABLE trained_commits (id BLOB PRIMARY KEY) WITHOUT ROWID;
                    CREATE TABLE trained_samples (id INTEGER PRIMARY KEY AUTOINCREMENT, key INTEGER NOT NULL UNIQUE);
                    PRAGMA user_version = {SchemaVersion};
                    COMMIT;
                    """;
                command.ExecuteNonQuery();
            }

            // What a power cut takes is read again.
            command.CommandText = "PRAGMA synchronous = NORMAL; SELECT count(*) FROM paths";
            command.ExecuteScalar();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
