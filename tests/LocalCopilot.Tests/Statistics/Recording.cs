using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Statistics;
using LocalCopilot.Protocol;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LocalCopilot.Tests.Statistics;

/// <summary>A recorder with a database of its own in a temporary folder.</summary>
internal sealed class Recording : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-statistics-");
    private readonly LocalCopilotOptions _options;
    private StatisticsStore _store;

    public Recording(int maxAnswers = 10_000)
    {
        _options = new() { Statistics = new() { MaxAnswers = maxAnswers } };
        File = Path.Combine(_folder.FullName, "data", "statistics.db");
        (_store, Recorder) = Open();
    }

    public string File { get; }

    public FakeTimeProvider Time { get; } = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public CompletionRecorder Recorder { get; private set; }

    /// <summary>Every file that recording has made.</summary>
    public IEnumerable<string> Files => Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories);

    /// <summary>One answer with a suggestion for each length; ids are the given name and a number.</summary>
    public void Answer(string name, string? repository = "/repo", string language = "python", string? adapter = null, int milliseconds = 20, params int[] lengths)
    {
        AskedCompletion asked = Recorder.Ask(language, repository);
        Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        Recorder.Answer(asked, [.. lengths.Select((length, number) => new CompletionChoice($"{name}{number}", new('x', length), 0, -0.5))], adapter);
    }

    public Task<StatisticsResult> ReadAsync(string? repository = null, DateTimeOffset? since = null) =>
        Recorder.ReadAsync(repository, since, TestContext.Current.CancellationToken);

    /// <summary>Answers that are in the file now. It is only read, since the recorder may be about to make it.</summary>
    public int CountWritten()
    {
        try
        {
            using SqliteConnection connection = new($"Data Source={File};Mode=ReadOnly;Pooling=False");
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM answers";
            return (int)(long)command.ExecuteScalar()!;
        }
        catch (SqliteException)
        {
            return 0;
        }
    }

    /// <summary>Ends in order, as the daemon does, and begins again.</summary>
    public async Task RestartAsync()
    {
        await EndAsync();
        (_store, Recorder) = Open();
    }

    public async Task EndAsync()
    {
        await Recorder.DisposeAsync();
        _store.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Delete(recursive: true);
    }

    private (StatisticsStore Store, CompletionRecorder Recorder) Open()
    {
        StatisticsStore store = new(File, NullLogger<StatisticsStore>.Instance);
        return (store, new(store, _options, Time, NullLogger<CompletionRecorder>.Instance));
    }
}
