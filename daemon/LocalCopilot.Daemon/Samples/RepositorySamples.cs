using LibGit2Sharp;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Llama;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Samples;

/// <summary>All that a run does with one repository's history: read it, select from it, find contexts, build prompts.</summary>
/// <remarks>
/// For one run: ignore files are read when it is opened. Each step may be cancelled, and what it has done is kept. All working trees
/// of a repository share what was read. Not thread-safe; never writes to the repository.
/// </remarks>
internal sealed class RepositorySamples : IDisposable
{
    private readonly string _name;
    private readonly LocalCopilotOptions _options;
    private readonly Repository _repository;
    private readonly RepositorySettings _settings;
    private readonly FileRules _rules;
    private readonly SampleTexts _texts;
    private readonly SampleStore _store;
    private readonly string _indexFile;

    private RepositorySamples(string root, Repository repository, LocalCopilotPaths paths, LocalCopilotOptions options)
    {
        _name = Path.GetFileName(Path.TrimEndingDirectorySeparator(root));
        _options = options;
        _repository = repository;
        _settings = RepositorySettings.Load(root);
        _rules = new(repository, _settings);
        _texts = new(repository, _rules, options.History.MaxFileBytes);
        string file = FileOf(paths, root);
        _indexFile = file + ".index";
        _store = SampleStore.Open(file);
    }

    /// <param name="root">Of the working tree.</param>
    /// <exception cref="RepositoryNotFoundException">There is no repository at <paramref name="root"/>.</exception>
    public static RepositorySamples Open(string root, LocalCopilotPaths paths, LocalCopilotOptions options)
    {
        Repository repository = new(root);
        try
        {
            return new(root, repository, paths, options);
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    /// <summary>Deletes everything that was kept of a repository, also where it is not there any more.</summary>
    public static void Forget(string root, LocalCopilotPaths paths)
    {
        string file = FileOf(paths, root);
        SampleStore.DeleteFiles(file);
        SampleStore.DeleteFiles(file + ".index");
    }

    /// <inheritdoc cref="HistoryReader.Read"/>
    /// <param name="until">History after this commit does not exist; null: what is checked out.</param>
    public IReadOnlyList<HistoryCommit> Read(string? until, ILogger<HistoryReader> logger, IProgress<HistoryProgress>? progress, CancellationToken cancellationToken) =>
        new HistoryReader(_options.History, logger).Read(_repository, _settings, _store, until is null ? null : new(until), progress, cancellationToken);

    /// <summary>Samples of commits that are not part of an older commit.</summary>
    /// <param name="older">Null, or not in the repository any more: all are new.</param>
    public int CountNew(IReadOnlyList<HistoryCommit> commits, string? older, CancellationToken cancellationToken) =>
        _store.CountSamples(New(commits, older, cancellationToken).Select(commit => commit.Id));

    /// <summary>What was written in commits that are not part of an older one: the newest first, nothing nearly twice.</summary>
    public IReadOnlyList<Sample> Since(IReadOnlyList<HistoryCommit> commits, string older, CancellationToken cancellationToken)
    {
        NearDuplicates known = new();
        return [.. New(commits, older, cancellationToken).SelectMany(commit => _store.SamplesOf(commit.Id)).Where(sample => known.Add(sample.Signature))];
    }

    /// <summary>The whole id of a commit.</summary>
    /// <param name="commit">An id, the beginning of one, or a name; null: none.</param>
    /// <exception cref="NotFoundException">There is no such commit.</exception>
    public string? IdOf(string? commit) => commit is null ? null : (_repository.Lookup<Commit>(commit) ?? throw new NotFoundException($"There is no commit {commit}.")).Sha;

    private IEnumerable<HistoryCommit> New(IReadOnlyList<HistoryCommit> commits, string? older, CancellationToken cancellationToken)
    {
        HashSet<ObjectId> known = [];
        if (older is not null && _repository.Lookup<Commit>(older) is not null)
        {
            known.UnionWith(HistoryWalk.Newest(_repository, new(older), _options.History.MaxCommits, cancellationToken).Select(commit => commit.Id));
        }

        return commits.Where(commit => !known.Contains(commit.Id));
    }

    /// <inheritdoc cref="SampleSelection.Select"/>
    public SelectedSamples Select(IReadOnlyList<HistoryCommit> commits, SelectionOptions options, CancellationToken cancellationToken) =>
        new SampleSelection(_store, new(_repository, _rules, _store, _options.History), options).Select(commits, cancellationToken);

    /// <summary>Finds what goes into the samples' prompts of other files, where that was not done yet.</summary>
    /// <param name="progress">Samples done.</param>
    public void FindContexts(SelectedSamples selected, PromptBudget budget, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        if (!_options.Index.Enabled)
        {
            return;
        }

        using PastIndex index = new(_repository, _rules, _options.Index, _indexFile);

        // From the newest tree to the oldest, each once.
        Sample[] inOrder = [.. selected.HeldOut, .. selected.Training.Where(sample => sample.Source == SampleSource.Tree), .. selected.Training.Where(sample => sample.Source == SampleSource.Commit)];
        new SampleContexts(_repository, _store, _texts, index).Find(inOrder, budget, progress, cancellationToken);
    }

    /// <param name="mostTargetTokens">Samples that are longer give no prompt.</param>
    /// <param name="useContext">Whether prompts have text of other files.</param>
    public SamplePrompts Prompts(LlamaVocabulary vocabulary, PromptBuilder builder, PromptBudget budget, int mostTargetTokens, bool useContext = true) =>
        new(_store, _texts, vocabulary, builder, budget, _name, mostTargetTokens, useContext);

    /// <inheritdoc cref="SampleStore.MarkTrained"/>
    public void MarkTrained(SelectedSamples selected) => _store.MarkTrained(selected);

    public void Dispose()
    {
        _store.Dispose();
        _repository.Dispose();
    }

    private static string FileOf(LocalCopilotPaths paths, string root) => Path.Combine(paths.HistoryDirectory, RepositoryKey.Of(root) + ".db");
}
