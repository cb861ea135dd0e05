using Microsoft.Data.Sqlite;

namespace LocalCopilot.Daemon.Storage;

/// <summary>An SQLite database with one schema: opened whole, or begun anew where it is damaged.</summary>
/// <remarks>
/// WAL, and each commit is on the disk before it returns, so a power cut takes nothing that was committed. What is deleted is
/// overwritten. Usable from any thread; one lock guards all.
/// </remarks>
internal sealed class Database : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;

    private Database(string file, SqliteConnection connection)
    {
        File = file;
        _connection = connection;
    }

    public string File { get; }

    /// <summary>Opens it, or makes it.</summary>
    /// <param name="version">Of the schema, from 1; raised when it changes.</param>
    /// <param name="schema">Statements that make all tables.</param>
    /// <param name="damaged">Called with the path that a database which could not be used was moved to.</param>
    /// <exception cref="SqliteException">The disk is full, or the like.</exception>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public static Database Open(string file, int version, string schema, Action<string>? damaged = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            return new(file, Connect(file, version, schema));
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_ERROR)
        {
            string aside = AsideOf(file);
            Delete(aside);
            foreach (string part in Parts.Where(part => System.IO.File.Exists(file + part)))
            {
                System.IO.File.Move(file + part, aside + part);
            }

            damaged?.Invoke(aside);
            return new(file, Connect(file, version, schema));
        }
    }

    /// <summary>Whether a database may be sound, and only cannot be used now: no reason to begin anew what can be made again.</summary>
    public static bool IsOutOfReach(SqliteException error) => error.SqliteErrorCode
        is SQLitePCL.raw.SQLITE_FULL or SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_IOERR or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED;

    /// <summary>Where a database is moved to that could not be used.</summary>
    public static string AsideOf(string file) => file + ".damaged";

    /// <summary>Deletes a database that is not open.</summary>
    public static void Delete(string file)
    {
        foreach (string part in Parts.Where(part => System.IO.File.Exists(file + part)))
        {
            System.IO.File.Delete(file + part);
        }
    }

    /// <returns>Rows that were changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_gate)
        {
            using SqliteCommand command = Command(sql, parameters);
            return command.ExecuteNonQuery();
        }
    }

    /// <summary>Looks at rows one by one, for those that are too many to keep.</summary>
    public void Read(string sql, Action<SqliteDataReader> each, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_gate)
        {
            using SqliteCommand command = Command(sql, parameters);
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                each(rows);
            }
        }
    }

    public IReadOnlyList<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (_gate)
        {
            using SqliteCommand command = Command(sql, parameters);
            using SqliteDataReader rows = command.ExecuteReader();
            List<T> all = [];
            while (rows.Read())
            {
                all.Add(read(rows));
            }

            return all;
        }
    }

    /// <summary>Does several things as one: all or none.</summary>
    public void Transact(Action what)
    {
        lock (_gate)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            what();
            transaction.Commit();
        }
    }

    /// <summary>Leaves nothing of what was deleted, in the log neither.</summary>
    public void Shrink() => Execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");

    public void Dispose() => _connection.Dispose();

    private static readonly string[] Parts = ["", "-wal", "-shm"];

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private static SqliteConnection Connect(string file, int version, string schema)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 5, ForeignKeys = true }.ToString());
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY";
            command.ExecuteNonQuery();
            command.CommandText = "PRAGMA user_version";
            long found = (long)command.ExecuteScalar()!;
            if (found != version && found != 0)
            {
                throw new SqliteException($"{file} has the schema {found}, and this version {version}.", SQLitePCL.raw.SQLITE_ERROR);
            }

            if (found == 0)
            {
                command.CommandText = $"BEGIN; {schema} PRAGMA user_version = {version}; COMMIT;";
                command.ExecuteNonQuery();
            }

            command.CommandText = "PRAGMA quick_check(1)";
            if (command.ExecuteScalar() is not "ok" and var problem)
            {
                throw new SqliteException($"{file} is damaged: {problem}", SQLitePCL.raw.SQLITE_CORRUPT);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
