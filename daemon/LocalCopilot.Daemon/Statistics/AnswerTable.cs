using LocalCopilot.Daemon.Storage;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.Daemon.Statistics;

/// <summary>Answers as rows of statistics.db. Of repositories it has the root folder, of documents nothing.</summary>
internal static class AnswerTable
{
    public const int Version = 1;

    public const string Schema = """
        CREATE TABLE repositories (id INTEGER PRIMARY KEY, root TEXT NOT NULL UNIQUE);
        CREATE TABLE languages (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE adapters (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE answers (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time_ms INTEGER NOT NULL,
            repository INTEGER,
            language INTEGER NOT NULL,
            adapter INTEGER,
            latency_us INTEGER NOT NULL,
            shown INTEGER NOT NULL,
            accepted INTEGER NOT NULL,
            partially_accepted INTEGER NOT NULL,
            characters_kept INTEGER NOT NULL);
        """;

    public static long Count(Database database) => database.Query("SELECT count(*) FROM answers", rows => rows.GetInt64(0))[0];

    /// <returns>The row's id, which no other row ever has.</returns>
    public static long Insert(Database database, AnswerFacts facts, Outcome outcome) => database.Query(
        """
        INSERT INTO repositories (root) SELECT $repository WHERE $repository IS NOT NULL ON CONFLICT DO NOTHING;
        INSERT INTO languages (name) VALUES ($language) ON CONFLICT DO NOTHING;
        INSERT INTO adapters (name) SELECT $adapter WHERE $adapter IS NOT NULL ON CONFLICT DO NOTHING;
        INSERT INTO answers (time_ms, repository, language, adapter, latency_us, shown, accepted, partially_accepted, characters_kept) VALUES (
            $time,
            (SELECT id FROM repositories WHERE root = $repository),
            (SELECT id FROM languages WHERE name = $language),
            (SELECT id FROM adapters WHERE name = $adapter),
            $latency, $shown, $accepted, $partially, $kept)
        RETURNING id
        """,
        rows => rows.GetInt64(0),
        ("$repository", facts.Repository),
        ("$language", facts.Language),
        ("$adapter", facts.Adapter),
        ("$time", facts.Time.ToUnixTimeMilliseconds()),
        ("$latency", (long)facts.Latency.TotalMicroseconds),
        ("$shown", outcome.Shown),
        ("$accepted", outcome.Accepted),
        ("$partially", outcome.PartiallyAccepted),
        ("$kept", outcome.CharactersKept))[0];

    /// <summary>Sets the outcome of an answer, if it is still kept.</summary>
    public static void Update(Database database, long row, Outcome outcome) => database.Execute(
        "UPDATE answers SET shown = $shown, accepted = $accepted, partially_accepted = $partially, characters_kept = $kept WHERE id = $row",
        ("$row", row),
        ("$shown", outcome.Shown),
        ("$accepted", outcome.Accepted),
        ("$partially", outcome.PartiallyAccepted),
        ("$kept", outcome.CharactersKept));

    public static void DeleteOldest(Database database, long count) =>
        database.Execute("DELETE FROM answers WHERE id IN (SELECT id FROM answers ORDER BY id LIMIT $count)", ("$count", count));

    /// <param name="repository">Root folder.</param>
    public static void Delete(Database database, string repository) =>
        database.Execute("DELETE FROM answers WHERE repository = (SELECT id FROM repositories WHERE root = $repository)", ("$repository", repository));

    /// <summary>Deletes names that no answer has any more.</summary>
    public static void DeleteUnusedNames(Database database) => database.Execute("""
        DELETE FROM repositories WHERE id NOT IN (SELECT repository FROM answers WHERE repository IS NOT NULL);
        DELETE FROM languages WHERE id NOT IN (SELECT language FROM answers);
        DELETE FROM adapters WHERE id NOT IN (SELECT adapter FROM answers WHERE adapter IS NOT NULL);
        """);

    /// <summary>Gives each answer, oldest first.</summary>
    /// <param name="repository">Root folder; null: of all.</param>
    public static void Read(Database database, string? repository, DateTimeOffset? since, Action<AnswerFacts, Outcome> each) => database.Read(
        """
        SELECT time_ms, repositories.root, languages.name, adapters.name, latency_us, shown, accepted, partially_accepted, characters_kept
        FROM answers JOIN languages ON languages.id = language
            LEFT JOIN repositories ON repositories.id = repository LEFT JOIN adapters ON adapters.id = adapter
        WHERE time_ms >= $since AND ($repository IS NULL OR repositories.root = $repository)
        ORDER BY answers.id
        """,
        rows => each(FactsOf(rows), new(rows.GetInt32(5), rows.GetInt32(6), rows.GetInt32(7), rows.GetInt64(8))),
        ("$since", since?.ToUnixTimeMilliseconds() ?? long.MinValue),
        ("$repository", repository));

    private static AnswerFacts FactsOf(SqliteDataReader rows) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(0)),
        rows.IsDBNull(1) ? null : rows.GetString(1),
        rows.GetString(2),
        rows.IsDBNull(3) ? null : rows.GetString(3),
        TimeSpan.FromMicroseconds(rows.GetInt64(4)));
}
