using LibGit2Sharp;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Samples;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Tests.Samples;

/// <summary>A repository's history read into a store of its own.</summary>
internal sealed class ReadRepository : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-samples-");
    private readonly HistoryOptions _options;

    public ReadRepository(string root, HistoryOptions? options = null)
    {
        Root = root;
        _options = options ?? new();
        Store = SampleStore.Open(Path.Combine(_folder.FullName, "history.db"));
    }

    public string Root { get; }

    /// <summary>Where everything lies that was kept.</summary>
    public string Folder => _folder.FullName;

    public SampleStore Store { get; }

    public IReadOnlyList<HistoryCommit> Commits { get; private set; } = [];

    /// <summary>Commits that were newly read by the last <see cref="Read"/>.</summary>
    public int NewCommits { get; private set; }

    public IReadOnlyList<Sample> Samples => [.. Commits.SelectMany(commit => Store.SamplesOf(commit.Id))];

    public IReadOnlyDictionary<Exclusion, int> Excluded =>
        Commits.SelectMany(commit => Store.ExcludedOf(commit.Id)).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value));

    /// <summary>Paths of the samples, each once, in their order.</summary>
    public IEnumerable<string> Paths => Samples.Select(sample => sample.Path).Distinct().Order(StringComparer.Ordinal);

    public ReadRepository Read(string? tip = null, Action<HistoryProgress>? progress = null, CancellationTokenSource? ending = null)
    {
        using Repository repository = new(Root);
        HashSet<ObjectId> before = Store.Commits();
        Commits = new HistoryReader(_options, NullLogger<HistoryReader>.Instance)
            .Read(repository, RepositorySettings.Load(Root), Store, tip is null ? null : new(tip), progress is null ? null : new Immediate(progress), ending?.Token ?? TestContext.Current.CancellationToken);
        NewCommits = Commits.Count(commit => !before.Contains(commit.Id));
        return this;
    }

    /// <summary>The text that a sample's middle is.</summary>
    public string MiddleOf(Sample sample)
    {
        using Repository repository = new(Root);
        return BlobText.Read(repository, sample.Blob, int.MaxValue).Text!.Substring(sample.Middle.Start, sample.Middle.Length);
    }

    public void Dispose()
    {
        Store.Dispose();
        _folder.Delete(recursive: true);
    }

    private sealed class Immediate(Action<HistoryProgress> report) : IProgress<HistoryProgress>
    {
        public void Report(HistoryProgress value) => report(value);
    }
}
