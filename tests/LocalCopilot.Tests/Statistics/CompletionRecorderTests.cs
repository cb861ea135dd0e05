using System.Text;
using CsCheck;
using LocalCopilot.Daemon.Statistics;
using LocalCopilot.Protocol;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.Tests.Statistics;

/// <summary>What editors tell, in a real database.</summary>
public class CompletionRecorderTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_told_is_shown_by_day_language_and_adapter()
    {
        await using Recording recording = new();
        recording.Time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("+9", TimeSpan.FromHours(9), null, null));
        recording.Answer("a", language: "python", milliseconds: 30, lengths: [10, 4]);
        recording.Recorder.Shown("a0");
        recording.Recorder.Shown("a1");
        recording.Recorder.Accepted("a0");
        // 12:00 UTC is 21:00 there; four hours later it is another day.
        recording.Time.Advance(TimeSpan.FromHours(4));
        recording.Answer("b", language: "csharp", adapter: "ad1", milliseconds: 50, lengths: [6]);
        recording.Recorder.PartiallyAccepted("b0", 2);
        recording.Answer("c", language: "csharp", adapter: "ad1", milliseconds: 70);

        StatisticsResult result = await recording.ReadAsync();

        Assert.Equal(Expected(3, 1, 1, 12, 30, 50, 70), result.Total);
        Assert.Equal(["2026-03-01", "2026-03-02"], result.ByDay.Keys);
        Assert.Equal(["csharp", "python"], result.ByLanguage.Keys);
        Assert.Equal(["ad1", "none"], result.ByAdapter.Keys);
        CompletionStatistics first = Expected(2, 1, 0, 10, 30);
        CompletionStatistics second = Expected(1, 0, 1, 2, 50, 70);
        Assert.Equal([first, second], result.ByDay.Values);
        Assert.Equal([second, first], result.ByLanguage.Values);
        Assert.Equal([second, first], result.ByAdapter.Values);
    }

    [Fact]
    public async Task One_repository_and_a_time_can_be_asked_for()
    {
        await using Recording recording = new();
        recording.Answer("a", repository: "/one", lengths: 5);
        recording.Time.Advance(TimeSpan.FromDays(1));
        DateTimeOffset since = recording.Time.GetUtcNow();
        recording.Answer("b", repository: "/one", lengths: 5);
        recording.Answer("c", repository: "/one/inner", lengths: 5);
        recording.Answer("d", repository: null, lengths: 5);
        foreach (string id in (string[])["a0", "b0", "c0", "d0"])
        {
            recording.Recorder.Shown(id);
        }

        Assert.Equal(4, (await recording.ReadAsync()).Total.Shown);
        Assert.Equal(3, (await recording.ReadAsync(since: since)).Total.Shown);
        Assert.Equal(2, (await recording.ReadAsync("/one")).Total.Shown);
        Assert.Equal(1, (await recording.ReadAsync("/one", since)).Total.Shown);
        Assert.Empty((await recording.ReadAsync("/on")).ByDay);
    }

    [Fact]
    public async Task Ids_that_are_not_known_are_ignored()
    {
        await using Recording recording = new();

        recording.Recorder.Shown("nobody");
        recording.Recorder.Accepted("nobody");
        recording.Recorder.PartiallyAccepted("nobody", 3);

        Assert.Equal(0, (await recording.ReadAsync()).Total.Shown);
        Assert.Empty(recording.Files);
    }

    [Fact]
    public async Task Nothing_is_lost_at_an_orderly_end()
    {
        await using Recording recording = new();
        recording.Answer("a", lengths: 8);
        recording.Recorder.Shown("a0");
        recording.Recorder.Accepted("a0");

        await recording.RestartAsync();

        Assert.Equal(Expected(1, 1, 0, 8, 20), (await recording.ReadAsync()).Total);
    }

    [Fact]
    public async Task What_was_told_is_written_after_a_second()
    {
        await using Recording recording = new();
        recording.Answer("a", lengths: 8);

        // The writer may only be about to wait when the clock moves on.
        await Eventually.HoldsAsync(() => IsWritten(1));

        recording.Recorder.Shown("a0");
        recording.Answer("b", lengths: 8);
        await Eventually.HoldsAsync(() => IsWritten(2));

        Assert.Equal(1, (await recording.ReadAsync()).Total.Shown);

        bool IsWritten(int count)
        {
            recording.Time.Advance(TimeSpan.FromSeconds(1));
            return recording.CountWritten() >= count;
        }
    }

    [Fact]
    public async Task What_could_not_be_written_is_written_later_though_nothing_new_is_told()
    {
        await using Recording recording = new();
        DirectoryInfo inTheWay = Directory.CreateDirectory(recording.File);
        recording.Answer("a", lengths: 8);
        recording.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<StatisticsUnavailableException>(() => recording.ReadAsync());

        inTheWay.Delete();
        await Eventually.HoldsAsync(() =>
        {
            recording.Time.Advance(TimeSpan.FromSeconds(20));
            return recording.CountWritten() == 1;
        });
    }

    [Fact]
    public async Task Whoever_tells_does_not_wait_for_the_database()
    {
        await using Recording recording = new();
        recording.Answer("a", lengths: 8);
        await recording.ReadAsync();
        await using (SqliteConnection other = new($"Data Source={recording.File};Pooling=False"))
        {
            await other.OpenAsync(Cancelled);
            await using SqliteTransaction blocking = other.BeginTransaction(deferred: false);
            recording.Recorder.Shown("a0");
            Task<StatisticsResult> writing = recording.ReadAsync();

            // The writer waits for the transaction's end. If one of these did too, that would never come.
            recording.Answer("b", lengths: 8);
            recording.Recorder.Shown("b0");
            recording.Recorder.Accepted("b0");
            Assert.False(writing.IsCompleted);
            await blocking.CommitAsync(Cancelled);
            Assert.Equal(1, (await writing).Total.Shown);
        }

        Assert.Equal(1, (await recording.ReadAsync()).Total.Accepted);
    }

    [Fact]
    public async Task Only_the_newest_answers_are_kept()
    {
        await using Recording recording = new(maxAnswers: 100);
        for (int i = 0; i < 250; i++)
        {
            recording.Answer($"{i}.", language: $"l{i}", lengths: 1);
            if (i % 30 == 0)
            {
                await recording.ReadAsync();
            }
        }

        IEnumerable<string> kept = (await recording.ReadAsync()).ByLanguage.Keys;

        Assert.Equal(Enumerable.Range(150, 100).Select(i => $"l{i}").Order(StringComparer.Ordinal), kept);
        await recording.RestartAsync();
        recording.Answer("last", language: "last", lengths: 1);
        Assert.Equal(100, (await recording.ReadAsync()).ByLanguage.Count);
    }

    [Fact]
    public async Task With_a_maximum_of_none_nothing_is_recorded()
    {
        await using Recording recording = new(maxAnswers: 0);
        recording.Answer("a", lengths: 8);
        recording.Recorder.Accepted("a0");

        Assert.Empty((await recording.ReadAsync()).ByDay);
        Assert.Empty(recording.Files);
    }

    [Fact]
    public async Task What_cannot_be_written_is_kept_for_later_and_not_without_bound()
    {
        await using Recording recording = new();
        string folder = Path.GetDirectoryName(recording.File)!;
        await File.WriteAllTextAsync(folder, "in the way", Cancelled);
        for (int i = 0; i < 9000; i++)
        {
            recording.Answer($"{i}.", lengths: 1);
        }

        StatisticsUnavailableException failure = await Assert.ThrowsAsync<StatisticsUnavailableException>(() => recording.ReadAsync());
        recording.Recorder.Shown("8000.0");
        File.Delete(folder);
        StatisticsResult result = await recording.ReadAsync();

        Assert.Contains(recording.File, failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, result.Total.Shown);
        Assert.Equal(8192, recording.CountWritten());
    }

    [Theory]
    [InlineData("no database")]
    [InlineData("cut")]
    [InlineData("overwritten")]
    [InlineData("newer")]
    public async Task A_damaged_database_is_moved_aside_and_begun_anew(string damage)
    {
        await using Recording recording = new();
        for (int i = 0; i < 2000; i++)
        {
            recording.Answer($"{i}.", lengths: 1);
        }

        await recording.EndAsync();
        byte[] damaged = await File.ReadAllBytesAsync(recording.File, Cancelled);
        switch (damage)
        {
            case "no database": damaged = "This is no database at all."u8.ToArray(); break;
            case "cut": damaged = damaged[..(damaged.Length / 2)]; break;
            case "newer": damaged[63] = 9; break;
            default: damaged.AsSpan(damaged.Length / 3, damaged.Length / 3).Fill(0xA5); break;
        }

        await File.WriteAllBytesAsync(recording.File, damaged, Cancelled);
        await recording.RestartAsync();
        recording.Answer("after", lengths: 5);
        recording.Recorder.Accepted("after0");

        Assert.Equal(Expected(1, 1, 0, 5, 20), (await recording.ReadAsync()).Total);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(recording.File + ".damaged", Cancelled));
    }

    [Fact]
    public async Task A_database_that_is_damaged_while_it_is_used_is_begun_anew()
    {
        await using Recording recording = new();
        for (int i = 0; i < 400; i++)
        {
            // More than SQLite keeps in memory, so that it is read again.
            recording.Answer($"{i}.", repository: $"/{i}/{new string('x', 12_000)}", lengths: 1);
        }

        await recording.RestartAsync();
        await recording.ReadAsync();
        await using (FileStream file = new(recording.File, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = 20_000;
            await file.WriteAsync(new byte[file.Length - 20_000], Cancelled);
        }

        StatisticsResult damaged = await recording.ReadAsync();
        recording.Answer("after", lengths: 7);
        recording.Recorder.Accepted("after0");

        Assert.Empty(damaged.ByDay);
        Assert.Equal(Expected(1, 1, 0, 7, 20), (await recording.ReadAsync()).Total);
        Assert.True(File.Exists(recording.File + ".damaged"));
    }

    [Fact]
    public async Task To_forget_leaves_no_byte_of_a_repository()
    {
        const string Secret = "/home/somebody/very-secret-repository";
        await using Recording recording = new();
        for (int i = 0; i < 3000; i++)
        {
            recording.Answer($"{i}.", repository: i % 3 == 0 ? Secret : "/other", adapter: i % 3 == 0 ? "secret-adapter" : "other-adapter", lengths: 4);
            recording.Recorder.Accepted($"{i}.0");
            if (i % 500 == 0)
            {
                await recording.ReadAsync();
            }
        }

        await recording.RestartAsync();
        recording.Answer("written", repository: Secret, adapter: "secret-adapter", lengths: 4);
        await recording.ReadAsync();
        recording.Answer("waiting", repository: Secret, adapter: "secret-adapter", lengths: 4);
        await File.WriteAllTextAsync(recording.File + ".damaged", Secret, Cancelled);
        Assert.NotEmpty(FilesWith(recording, "secret"));

        await recording.Recorder.ForgetAsync(Secret, Cancelled);
        recording.Recorder.Accepted("written0");
        recording.Recorder.Accepted("waiting0");

        Assert.Empty(FilesWith(recording, "secret"));
        Assert.Empty((await recording.ReadAsync(Secret)).ByDay);
        Assert.Equal(2000, (await recording.ReadAsync("/other")).Total.Accepted);
        await recording.RestartAsync();
        Assert.Empty(FilesWith(recording, "secret"));
        Assert.Equal(2000, (await recording.ReadAsync()).Total.Accepted);
    }

    [Fact]
    public async Task To_forget_what_was_never_recorded_does_nothing()
    {
        await using Recording recording = new();

        await recording.Recorder.ForgetAsync("/repo", Cancelled);

        Assert.Empty(recording.Files);
    }

    /// <summary>Whatever is told in whatever order, restarts between: the database says what adding up by hand says.</summary>
    [Fact]
    public async Task The_database_says_what_was_told() => await GenSteps.SampleAsync(async steps =>
    {
        await using Recording recording = new();
        Dictionary<string, (int Length, int Repository, bool Shown, int Kept)> told = [];
        HashSet<string> open = [];
        foreach (var (what, id, number) in steps)
        {
            string name = $"{id}.0";
            switch (what)
            {
                case 0 when !told.ContainsKey(name):
                    recording.Answer($"{id}.", repository: $"/{number % 2}", lengths: number + 1);
                    told[name] = (number + 1, number % 2, false, 0);
                    open.Add(name);
                    break;
                case 1:
                    recording.Recorder.Shown(name);
                    Tell(name, number: 0);
                    break;
                case 2:
                    recording.Recorder.PartiallyAccepted(name, number + 1);
                    Tell(name, number + 1);
                    break;
                case 3:
                    recording.Recorder.Accepted(name);
                    Tell(name, int.MaxValue);
                    break;
                case 4:
                    await recording.RestartAsync();
                    open.Clear();
                    break;
                case 5:
                    await recording.Recorder.ForgetAsync($"/{number % 2}", CancellationToken.None);
                    foreach (string gone in told.Where(one => one.Value.Repository == number % 2).Select(one => one.Key).ToList())
                    {
                        told[gone] = default;
                        open.Remove(gone);
                    }

                    break;
                case 6:
                    await recording.ReadAsync();
                    break;
            }
        }

        CompletionStatistics found = (await recording.ReadAsync()).Total;
        int accepted = told.Values.Count(one => one.Kept > 0 && one.Kept == one.Length);
        Assert.Equal(
            (told.Values.Count(one => one.Shown), accepted, told.Values.Count(one => one.Kept > 0) - accepted, told.Values.Sum(one => (long)one.Kept)),
            (found.Shown, found.Accepted, found.PartiallyAccepted, found.CharactersKept));

        void Tell(string name, int number)
        {
            if (open.Contains(name))
            {
                var one = told[name];
                told[name] = one with { Shown = true, Kept = Math.Max(one.Kept, Math.Min(number, one.Length)) };
            }
        }
    }, iter: 60);

    private static Gen<(int What, int Id, int Number)[]> GenSteps => Gen.Select(Gen.Frequency((8, Gen.Int[0, 3]), (1, Gen.Int[4, 6])), Gen.Int[0, 9], Gen.Int[0, 20]).Array[1, 60];

    private static CompletionStatistics Expected(int shown, int accepted, int partially, long kept, params int[] milliseconds) => new()
    {
        Shown = shown,
        Accepted = accepted,
        PartiallyAccepted = partially,
        CharactersKept = kept,
        AcceptanceRate = (double)(accepted + partially) / shown,
        Latency = new(milliseconds[(milliseconds.Length - 1) / 2], milliseconds[^1], milliseconds[^1]),
    };

    private static IEnumerable<string> FilesWith(Recording recording, string text)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text);
        foreach (string path in recording.Files)
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            if (bytes.AsSpan().IndexOf(wanted) >= 0)
            {
                yield return path;
            }
        }
    }
}
