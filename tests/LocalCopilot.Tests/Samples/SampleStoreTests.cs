using LibGit2Sharp;
using LocalCopilot.Daemon.Samples;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.Tests.Samples;

public sealed class SampleStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-store-");

    private string File => Path.Combine(_folder.FullName, "history", "a.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_is_put_in_comes_out_also_after_it_was_opened_again()
    {
        ReadCommit commit = Commit(1);
        using (SampleStore store = SampleStore.Open(File))
        {
            store.Add([commit]);
        }

        using SampleStore again = SampleStore.Open(File);

        Assert.Equal([commit.Id], again.Commits());
        Sample sample = Assert.Single(again.SamplesOf(commit.Id));
        Assert.Equal(commit.Samples[0] with { Id = sample.Id, Signature = sample.Signature }, sample);
        Assert.Equal(commit.Samples[0].Signature, sample.Signature);
        Assert.Equal(commit.Excluded, again.ExcludedOf(commit.Id));
    }

    [Theory]
    [InlineData("not a database at all, but long enough to be looked at as one")]
    [InlineData("")]
    public void What_is_damaged_is_begun_anew(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, content);

        using SampleStore store = SampleStore.Open(File);

        Assert.Empty(store.Commits());
        store.Add([Commit(1)]);
        Assert.Single(store.Commits());
    }

    [Fact]
    public void Another_versions_is_begun_anew()
    {
        using (SampleStore store = SampleStore.Open(File))
        {
            store.Add([Commit(1)]);
        }

        using (SqliteConnection connection = new($"Data Source={File};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            command.ExecuteNonQuery();
        }

        using SampleStore again = SampleStore.Open(File);
        Assert.Empty(again.Commits());
    }

    private static ReadCommit Commit(int number)
    {
        ObjectId id = new([.. Enumerable.Repeat((byte)number, 20)]);
        Sample sample = new(0, id, "new/a.py", "old/a.py", new([.. Enumerable.Repeat((byte)7, 20)]), new(10, 20, MiddleKind.Block), SampleSource.Commit, MinHash.Of("total = price * count"));
        return new(id, DateTimeOffset.UnixEpoch.AddDays(number), [sample], new Dictionary<Exclusion, int> { [Exclusion.Secret] = 3 });
    }
}
