using System.Diagnostics;
using System.Globalization;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Tests.Samples;

/// <summary>A history made by script. LOCALCOPILOT_HISTORY_COMMITS: how many commits it has, 2,000 if not given.</summary>
[Collection(RunsAlone.Name)]
public sealed class LargeHistoryTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>What the process may grow by, whatever the history's length: mapped packs count too.</summary>
    private const long MostGrowth = 400L << 20;

    private const int Files = 200;
    private const int LinesInFile = 60;

    private readonly CommandLineRepository _repository = new();

    private static int Commits => int.Parse(Environment.GetEnvironmentVariable("LOCALCOPILOT_HISTORY_COMMITS") ?? "2000", CultureInfo.InvariantCulture);

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_long_history_is_taken_in_with_bounded_memory_the_newest_first()
    {
        Import(Commits);
        using ReadRepository read = new(_repository.Root, new() { MaxCommits = Commits });
        using Process self = Process.GetCurrentProcess();
        GC.Collect();
        self.Refresh();
        long before = self.WorkingSet64;
        long most = 0;
        Stopwatch watch = Stopwatch.StartNew();

        read.Read(progress: _ =>
        {
            self.Refresh();
            most = Math.Max(most, self.WorkingSet64);
        });

        watch.Stop();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Commits} commits in {watch.Elapsed.TotalSeconds:F1} s ({Commits / watch.Elapsed.TotalSeconds:F0}/s), {(most - before) >> 20} MiB more, store {new FileInfo(Directory.GetFiles(read.Folder, "*.db").Single()).Length >> 20} MiB"));
        Assert.Equal(Commits, read.Commits.Count);
        Assert.Equal(Commits, read.Store.Commits().Count);
        Assert.InRange(most - before, long.MinValue, MostGrowth);
        Stopwatch again = Stopwatch.StartNew();
        read.Read();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"again in {again.ElapsedMilliseconds} ms"));
        Assert.Equal(0, read.NewCommits);
    }

    [Fact]
    public void The_newest_are_there_when_it_is_ended_early()
    {
        Import(Commits);
        using ReadRepository read = new(_repository.Root, new() { MaxCommits = Commits });
        using CancellationTokenSource ending = new();
        List<HistoryProgress> progress = [];

        Assert.Throws<OperationCanceledException>(() => read.Read(
            progress: now =>
            {
                progress.Add(now);
                ending.Cancel();
            },
            ending: ending));

        Assert.Single(progress);
        string[] newest = _repository.Git("rev-list", "--max-count", progress[0].Commits.ToString(CultureInfo.InvariantCulture), "HEAD").Split('\n');
        Assert.Equal(newest.Order(StringComparer.Ordinal), read.Store.Commits().Select(commit => commit.Sha).Order(StringComparer.Ordinal));
    }

    private void Import(int commits)
    {
        Random random = new(1);
        string[][] files = [.. Enumerable.Range(0, Files).Select(file => Enumerable.Range(0, LinesInFile).Select(line => Line(random)).ToArray())];
        _repository.GitIn(
            _repository.Root,
            stream =>
            {
                for (int commit = 0; commit < commits; commit++)
                {
                    stream.Write($"commit refs/heads/main\ncommitter Somebody <somebody@example.org> {1_500_000_000L + (commit * 60L)} +0000\ndata 0\n");
                    int file = random.Next(Files);
                    for (int i = 0; i < 3; i++)
                    {
                        files[file][random.Next(LinesInFile)] = Line(random);
                    }

                    string text = string.Join('\n', files[file]) + "\n";
                    stream.Write($"M 100644 inline src/folder_{file % 10}/file_{file}.py\ndata {text.Length}\n{text}\n");
                }
            },
            "fast-import",
            "--quiet");
    }

    private static string Line(Random random) => string.Create(CultureInfo.InvariantCulture, $"    value_{random.Next(1000)} = self.compute_{random.Next(100)}(first_{random.Next(100)}, {random.Next(1000)})");
}
