using System.Text;
using LocalCopilot.Daemon.Storage;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>The chunks of one repository's files, found by their identifiers: an SQLite database with FTS5, ranked by BM25.</summary>
/// <remarks>
/// Holds nothing that is not in the working tree, so whatever is wrong with it, it is deleted and built anew. Writes are one
/// transaction for a few files: killed at any moment it is whole, and goes on with the files that are missing. One thread
/// writes at a time; any may read.
/// </remarks>
internal sealed class RepositoryIndex : IDisposable
{
    /// <summary>Raised when tables, chunks or terms change: another version's database is built anew.</summary>
    private const int SchemaVersion = 2;

    private readonly string _file;
    private readonly Lock _readGate = new();
    private readonly Lock _writeGate = new();
    private SqliteConnection _writer;
    private SqliteConnection _reader;

    public RepositoryIndex(string file)
    {
        _file = file;
        (_writer, _reader) = Open(file);
    }

    /// <summary>What is known of each file, by path.</summary>
    public Dictionary<string, FileState> Files()
    {
        lock (_writeGate)
        {
            using SqliteCommand command = _writer.CreateCommand();
            command.CommandText = "SELECT path, modified, bytes FROM files";
            using SqliteDataReader rows = command.ExecuteReader();
            Dictionary<string, FileState> files = new(StringComparer.Ordinal);
            while (rows.Read())
            {
                files[rows.GetString(0)] = new(rows.GetInt64(1), rows.GetInt64(2));
            }

            return files;
        }
    }

    /// <summary>Replaces what is known of some files; without text, a file has no chunks.</summary>
    public void Put(IReadOnlyList<IndexedFile> files)
    {
        lock (_writeGate)
        {
            using SqliteTransaction transaction = _writer.BeginTransaction();
            foreach (IndexedFile file in files)
            {
                Delete(file.Path);
                Insert(file);
            }

            transaction.Commit();
        }
    }

    public void Remove(IReadOnlyCollection<string> paths)
    {
        lock (_writeGate)
        {
            using SqliteTransaction transaction = _writer.BeginTransaction();
            foreach (string path in paths)
            {
                Delete(path);
            }

            transaction.Commit();
        }
    }

    /// <summary>The chunks that fit best, best first.</summary>
    /// <param name="terms">Any of these; rare ones weigh most.</param>
    /// <param name="exceptPaths">Files of which nothing is given.</param>
    public List<ContextChunk> Find(IReadOnlyCollection<string> terms, IReadOnlyCollection<string> exceptPaths, int count)
    {
        if (terms.Count == 0)
        {
            return [];
        }

        lock (_readGate)
        {
            using SqliteCommand command = _reader.CreateCommand();
            command.CommandText = """
                SELECT files.path, chunks.start, chunks.text, found.score
                FROM (SELECT rowid, -bm25(terms) AS score FROM terms WHERE terms MATCH $query ORDER BY bm25(terms) LIMIT $count) AS found
                JOIN chunks ON chunks.id = found.rowid JOIN files ON files.id = chunks.file
                ORDER BY found.score DESC, files.path, chunks.start
                """;
            command.Parameters.AddWithValue("$query", string.Join(" OR ", terms.Select(term => $"\"{term}\"")));
            command.Parameters.AddWithValue("$count", count + (8 * (exceptPaths.Count + 1)));
            using SqliteDataReader rows = command.ExecuteReader();
            List<ContextChunk> chunks = [];
            while (chunks.Count < count && rows.Read())
            {
                string path = rows.GetString(0);
                if (!exceptPaths.Contains(path))
                {
                    chunks.Add(new(path, rows.GetInt32(1), rows.GetString(2), rows.GetDouble(3)));
                }
            }

            return chunks;
        }
    }

    /// <summary>Deletes everything and begins anew.</summary>
    public void Rebuild()
    {
        lock (_writeGate)
        {
            lock (_readGate)
            {
                Close();
                DeleteFiles(_file);
                (_writer, _reader) = Open(_file);
            }
        }
    }

    public void Dispose()
    {
        lock (_writeGate)
        {
            lock (_readGate)
            {
                Close();
            }
        }
    }

    public static void DeleteFiles(string file) => Database.Delete(file);

    private static (SqliteConnection Writer, SqliteConnection Reader) Open(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            return Connect(file);
        }
        catch (SqliteException exception) when (!Database.IsOutOfReach(exception))
        {
            DeleteFiles(file);
            return Connect(file);
        }
    }

    private static (SqliteConnection Writer, SqliteConnection Reader) Connect(string file)
    {
        SqliteConnection writer = ConnectOne(file);
        try
        {
            if (Scalar(writer, "PRAGMA user_version") is var version && version != SchemaVersion)
            {
                if (version != 0)
                {
                    throw new SqliteException($"{file} has the schema {version}.", 1);
                }

                Execute(writer, $"""
                    PRAGMA journal_mode = WAL;
                    BEGIN;
                    CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, modified INTEGER NOT NULL, bytes INTEGER NOT NULL);
                    CREATE TABLE chunks (id INTEGER PRIMARY KEY, file INTEGER NOT NULL, start INTEGER NOT NULL, text TEXT NOT NULL);
                    CREATE INDEX chunks_file ON chunks (file);
                    CREATE VIRTUAL TABLE terms USING fts5(words, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '_'");
                    PRAGMA user_version = {SchemaVersion};
                    COMMIT;
                    """);
            }

            // After a power cut the last files are indexed again: nothing here is worth waiting for the disk.
            Execute(writer, "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000; SELECT count(*) FROM files;");
            return (writer, ConnectOne(file));
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private static SqliteConnection ConnectOne(string file)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 5 }.ToString());
        connection.Open();
        return connection;
    }

    private void Insert(IndexedFile file)
    {
        using SqliteCommand insert = Command(
            "INSERT INTO files (path, modified, bytes) VALUES ($path, $modified, $bytes) RETURNING id",
            ("$path", file.Path),
            ("$modified", file.State.Modified),
            ("$bytes", file.State.Bytes));
        long id = (long)insert.ExecuteScalar()!;
        foreach (var (start, text) in file.Chunks)
        {
            using SqliteCommand chunk = Command("INSERT INTO chunks (file, start, text) VALUES ($file, $start, $text) RETURNING id", ("$file", id), ("$start", start), ("$text", text));
            long row = (long)chunk.ExecuteScalar()!;
            using SqliteCommand words = Command("INSERT INTO terms (rowid, words) VALUES ($row, $words)", ("$row", row), ("$words", Words(text)));
            words.ExecuteNonQuery();
        }
    }

    private void Delete(string path)
    {
        foreach (var (row, text) in ChunksOf(path))
        {
            // Told what it held, FTS5 takes it out of its totals too; else the ranking would depend on what there once was.
            using SqliteCommand words = Command("INSERT INTO terms (terms, rowid, words) VALUES ('delete', $row, $words)", ("$row", row), ("$words", Words(text)));
            words.ExecuteNonQuery();
            using SqliteCommand chunk = Command("DELETE FROM chunks WHERE id = $row", ("$row", row));
            chunk.ExecuteNonQuery();
        }

        using SqliteCommand file = Command("DELETE FROM files WHERE path = $path", ("$path", path));
        file.ExecuteNonQuery();
    }

    private List<(long Row, string Text)> ChunksOf(string path)
    {
        using SqliteCommand command = Command("SELECT chunks.id, chunks.text FROM chunks JOIN files ON files.id = chunks.file WHERE files.path = $path", ("$path", path));
        using SqliteDataReader rows = command.ExecuteReader();
        List<(long Row, string Text)> chunks = [];
        while (rows.Read())
        {
            chunks.Add((rows.GetInt64(0), rows.GetString(1)));
        }

        return chunks;
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = _writer.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    /// <summary>What a chunk is found by: its identifiers, and the words in them.</summary>
    private static string Words(string text)
    {
        StringBuilder words = new();
        foreach (string identifier in Identifiers.In(text))
        {
            words.Append(identifier).Append(' ').AppendJoin(' ', Identifiers.WordsOf(identifier)).Append(' ');
        }

        return words.ToString();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private void Close()
    {
        _reader.Dispose();
        _writer.Dispose();
    }
}

/// <summary>By what a changed file is known.</summary>
/// <param name="Modified">Ticks, UTC.</param>
internal readonly record struct FileState(long Modified, long Bytes);

/// <param name="Path">Relative to the root, with forward slashes.</param>
internal sealed record IndexedFile(string Path, FileState State, IReadOnlyList<(int StartLine, string Text)> Chunks);
