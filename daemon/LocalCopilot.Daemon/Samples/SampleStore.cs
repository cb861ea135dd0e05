using System.Runtime.InteropServices;
using LibGit2Sharp;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.Daemon.Samples;

/// <summary>What was read of one repository's history: commits, samples and what was left out. An SQLite database without any text of the repository but paths.</summary>
/// <remarks>
/// Each batch of commits is one transaction: killed at any moment, it knows some commits wholly and the others not at all. A
/// database that is damaged, or another version's, is begun anew: everything can be read again. One thread at a time.
/// </remarks>
internal sealed class SampleStore : IDisposable
{
    /// <summary>Raised when tables change, or what samples are made of.</summary>
    private const int SchemaVersion = 1;

    private readonly SqliteConnection _connection;

    private SampleStore(SqliteConnection connection) => _connection = connection;

    public static SampleStore Open(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            return new(Connect(file));
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is not (SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED))
        {
            DeleteFiles(file);
            return new(Connect(file));
        }
    }

    public static void DeleteFiles(string file)
    {
        foreach (string part in (string[])["", "-wal", "-shm"])
        {
            File.Delete(file + part);
        }
    }

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
            using (SqliteCommand command = Command("INSERT OR REPLACE INTO commits (id, time) VALUES ($id, $time)", ("$id", commit.Id.RawId), ("$time", commit.When.ToUnixTimeSeconds())))
            {
                command.ExecuteNonQuery();
            }

            foreach (var (reason, count) in commit.Excluded)
            {
                using SqliteCommand command = Command("INSERT OR REPLACE INTO excluded (commit_id, reason, count) VALUES ($id, $reason, $count)", ("$id", commit.Id.RawId), ("$reason", (int)reason), ("$count", count));
                command.ExecuteNonQuery();
            }

            foreach (Sample sample in commit.Samples)
            {
                Insert(sample);
            }
        }

        transaction.Commit();
    }

    /// <summary>A commit's samples, in the order they were made in.</summary>
    public IReadOnlyList<Sample> SamplesOf(ObjectId commit, SampleSource source = SampleSource.Commit)
    {
        using SqliteCommand command = Command(
            """
            SELECT samples.id, paths.path, old_paths.path, blob, start, length, kind, signature
            FROM samples JOIN paths ON paths.id = path_id JOIN paths AS old_paths ON old_paths.id = old_path_id
            WHERE commit_id = $commit AND source = $source ORDER BY samples.id
            """,
            ("$commit", commit.RawId),
            ("$source", (int)source));
        using SqliteDataReader rows = command.ExecuteReader();
        List<Sample> samples = [];
        while (rows.Read())
        {
            Middle middle = new(rows.GetInt32(4), rows.GetInt32(5), (MiddleKind)rows.GetInt32(6));
            ulong[] signature = MemoryMarshal.Cast<byte, ulong>((byte[])rows[7]).ToArray();
            samples.Add(new(rows.GetInt64(0), commit, rows.GetString(1), rows.GetString(2), new((byte[])rows[3]), middle, source, signature));
        }

        return samples;
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
            using SqliteCommand count = Command(
                """
                INSERT INTO excluded (commit_id, reason, count) SELECT DISTINCT commit_id, $reason, 1 FROM samples WHERE path_id = $path AND source = 0
                ON CONFLICT (commit_id, reason) DO UPDATE SET count = count + 1
                """,
                ("$path", id),
                ("$reason", (int)reason));
            count.ExecuteNonQuery();
            using SqliteCommand delete = Command("DELETE FROM samples WHERE path_id = $path", ("$path", id));
            removed += delete.ExecuteNonQuery();
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
            using SqliteCommand delete = Command("DELETE FROM samples WHERE commit_id = $id; DELETE FROM excluded WHERE commit_id = $id; DELETE FROM commits WHERE id = $id", ("$id", id));
            delete.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private void Insert(Sample sample)
    {
        using SqliteCommand command = Command(
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
        command.ExecuteNonQuery();
    }

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
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 5 }.ToString());
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
                        start INTEGER NOT NULL, length INTEGER NOT NULL, kind INTEGER NOT NULL, source INTEGER NOT NULL, signature BLOB NOT NULL);
                    CREATE INDEX samples_commit ON samples (commit_id);
                    CREATE INDEX samples_path ON samples (path_id);
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
