using LibGit2Sharp;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Samples;
using LocalCopilot.Daemon.Training;
using LocalCopilot.Protocol;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using RepositoryStatus = LocalCopilot.Protocol.RepositoryStatus;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>What is learned, and being learned, of each repository: rounds, measuring, following, forgetting.</summary>
/// <remarks>
/// Usable from any thread. One thing runs at a time, whichever repository it is of; the others wait their turn in the order they
/// came. Counting what is new makes way for them.
/// </remarks>
internal sealed class LearningLoop(
    AdaptationRun run,
    HeldOutEvaluation evaluation,
    AdapterStore adapters,
    ContextSource index,
    DisabledRepositories disabled,
    IEngineStatus engine,
    CompletionActivity activity,
    LocalCopilotPaths paths,
    LocalCopilotOptions options,
    TimeProvider time,
    ILogger<HistoryReader> logger) : IDisposable
{
    private const int MostFollowed = 16;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly LinkedList<FollowedRepository> _followed = new();
    private CancellationTokenSource _counting = new();
    private (string Path, DateTime Written, string Value) _fingerprint;

    /// <summary>The status of a repository has changed; called on any thread.</summary>
    public event Action<RepositoryStatus>? Changed;

    /// <summary>The repositories that are followed, the last used first.</summary>
    public IReadOnlyList<FollowedRepository> Followed
    {
        get
        {
            lock (_gate)
            {
                return [.. _followed];
            }
        }
    }

    /// <summary>Watches a repository from now on. Does nothing for a folder that is none.</summary>
    public FollowedRepository? Follow(string root)
    {
        if (!Repository.IsValid(root))
        {
            return null;
        }

        FollowedRepository? repository;
        lock (_gate)
        {
            repository = FindFollowed(root);
            if (repository is not null)
            {
                _followed.Remove(repository);
                _followed.AddFirst(repository);
                return repository;
            }

            repository = new(root);
            _followed.AddFirst(repository);
            if (_followed.Count > MostFollowed)
            {
                _followed.Last!.Value.Dispose();
                _followed.RemoveLast();
            }
        }

        repository.LookAtHead();
        return repository;
    }

    /// <remarks>Asking does not follow it: what was forgotten stays so.</remarks>
    public RepositoryStatus Status(string root)
    {
        string key = RepositoryKey.Of(root);
        FollowedRepository? repository;
        Running? running;
        lock (_gate)
        {
            repository = FindFollowed(root);
            running = _running.GetValueOrDefault(key);
        }

        string fingerprint = Fingerprint();
        var (active, rounds) = Learned(key, fingerprint);
        string? off = disabled.ReasonOf(root);
        return new()
        {
            Root = root,
            Head = repository is null ? FollowedRepository.HeadOf(root) : repository.Head,
            State = off is not null ? RepositoryState.Disabled : running?.Stage.State ?? RepositoryState.Watching,
            Reason = off ?? (running is not null ? running.Stage.Reason : rounds is [{ } last, ..] ? last.Reason : null),
            NewSamples = repository?.NewSamples ?? 0,
            SamplesNeeded = AdaptationRun.Needed(options.Adaptation, active is not null),
            Adapter = active?.ToProtocol(isActive: true),
            Progress = running?.Stage.Progress,
        };
    }

    /// <summary>Runs a round that somebody has asked for, of a repository that is followed from now on.</summary>
    /// <exception cref="AdaptationRunningException">One of the same repository runs already.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the next round goes on.</exception>
    public Task<AdaptationResult> AdaptAsync(AdaptationRequest request, CancellationToken cancellationToken)
    {
        // Not when the round has ended: the repository may have been forgotten by then.
        Follow(request.Root);
        return AdaptAsync(request, null, cancellationToken);
    }

    /// <summary>Runs a round.</summary>
    /// <param name="followed">Only if this one is followed still; null: in any case.</param>
    /// <exception cref="AdaptationRunningException">One of the same repository runs already.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, and the next round goes on, or not followed any more.</exception>
    public async Task<AdaptationResult> AdaptAsync(AdaptationRequest request, FollowedRepository? followed, CancellationToken cancellationToken)
    {
        AdaptationResult result = await RunAsync(request.Root, followed, (stage, token) => run.RunAsync(request, stage, token), cancellationToken);
        lock (_gate)
        {
            if (FindFollowed(request.Root) is { } repository)
            {
                repository.MayHaveChanged = true;
            }
        }

        return result;
    }

    /// <inheritdoc cref="HeldOutEvaluation.RunAsync"/>
    public Task<EvaluateResult> EvaluateAsync(EvaluationRequest request, CancellationToken cancellationToken) =>
        RunAsync(request.Root, null, (stage, token) => evaluation.RunAsync(request, stage, token), cancellationToken);

    /// <summary>Counts the samples that no round has seen yet, reading commits that are new.</summary>
    /// <returns>False where it made way for something else.</returns>
    public async Task<bool> CountAsync(FollowedRepository repository, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bool isFollowed;
        lock (_gate)
        {
            isFollowed = _followed.Contains(repository);
            _counting = ending;
        }

        // What was read is kept, and the rest is read when nobody types.
        void OnWanted() => MakeWay(null);
        activity.Wanted += OnWanted;
        try
        {
            if (!isFollowed)
            {
                // It was forgotten while this waited.
                return true;
            }

            string? last = adapters.Catalogue.Rounds(RepositoryKey.Of(repository.Root), Fingerprint()) is [{ } round, ..] ? round.Head : null;
            repository.NewSamples = await LowPriority.RunAsync(() =>
            {
                using RepositorySamples samples = RepositorySamples.Open(repository.Root, paths, options);
                return samples.CountNew(samples.Read(null, logger, null, ending.Token), last, ending.Token);
            });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            activity.Wanted -= OnWanted;
            lock (_gate)
            {
                _counting = new();
            }

            _turn.Release();
        }

        Changed?.Invoke(Status(repository.Root));
        return true;
    }

    /// <summary>Deletes everything that was learned of a repository, and its index, also where it is not there any more. Ends a round of it, and follows it no more.</summary>
    /// <returns>Its working trees.</returns>
    public async Task<IReadOnlyList<string>> ForgetAsync(string root, CancellationToken cancellationToken)
    {
        string key = RepositoryKey.Of(root);
        lock (_gate)
        {
            foreach (FollowedRepository followed in _followed.Where(followed => RepositoryKey.Of(followed.Root) == key).ToArray())
            {
                followed.Dispose();
                _followed.Remove(followed);
            }
        }

        MakeWay(key);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            RunFolder.Delete(paths, key);
            RepositorySamples.Forget(root, paths);
            IReadOnlyList<string> trees = WorkingTrees.Of(root);
            foreach (string tree in trees)
            {
                index.Forget(tree);
            }

            adapters.Forget(key);
            return trees;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Of the selected model, loaded or not; see <see cref="ModelFingerprint"/>.</summary>
    /// <returns>Empty where its file cannot be read.</returns>
    public string Fingerprint()
    {
        string path = engine.Model.Path;
        try
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            lock (_gate)
            {
                if (_fingerprint.Path != path || _fingerprint.Written != written)
                {
                    _fingerprint = (path, written, ModelFingerprint.Of(path));
                }

                return _fingerprint.Value;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (FollowedRepository repository in _followed)
            {
                repository.Dispose();
            }

            _followed.Clear();
        }

        _turn.Dispose();
    }

    /// <remarks>With the gate held.</remarks>
    private FollowedRepository? FindFollowed(string root) => _followed.FirstOrDefault(repository => repository.Root == root);

    /// <param name="followed">Only if this one is followed still; null: in any case.</param>
    private async Task<T> RunAsync<T>(string root, FollowedRepository? followed, Func<Action<AdaptationStage>, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        string key = RepositoryKey.Of(root);
        using CancellationTokenSource cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Running running = new(cancellation) { Stage = new(RepositoryState.Collecting, "Waits for what runs now") };
        lock (_gate)
        {
            if (followed is not null && !_followed.Contains(followed))
            {
                throw new OperationCanceledException($"{root} is not followed any more.");
            }

            if (_running.TryGetValue(key, out Running? other))
            {
                throw new AdaptationRunningException(root, other.Stage.Progress);
            }

            _running[key] = running;
        }

        MakeWay(null);
        try
        {
            await _turn.WaitAsync(cancellation.Token);
            try
            {
                return await work(
                    stage =>
                    {
                        if (running.Take(stage, time))
                        {
                            Changed?.Invoke(Status(root));
                        }
                    },
                    cancellation.Token);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            lock (_gate)
            {
                _running.Remove(key);
            }

            Changed?.Invoke(Status(root));
        }
    }

    /// <returns>Nothing where the catalogue cannot be read now: the rest of a status can be told.</returns>
    private (StoredAdapter? Active, IReadOnlyList<LearningRound> Rounds) Learned(string repository, string fingerprint)
    {
        try
        {
            return (adapters.Active(repository, fingerprint), adapters.Catalogue.Rounds(repository, fingerprint));
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            return (null, []);
        }
    }

    /// <summary>Ends counting, and the round of a repository.</summary>
    private void MakeWay(string? key)
    {
        lock (_gate)
        {
            _counting.Cancel();
            if (key is not null && _running.TryGetValue(key, out Running? running))
            {
                running.Cancellation.Cancel();
            }
        }
    }

    private sealed class Running(CancellationTokenSource cancellation)
    {
        public CancellationTokenSource Cancellation => cancellation;

        /// <summary>What goes on is told so often at most, except when it becomes something else.</summary>
        private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(250);

        private long _told;

        public required AdaptationStage Stage { get; set; }

        /// <returns>Whether it is to be told.</returns>
        public bool Take(AdaptationStage stage, TimeProvider time)
        {
            bool isOther = stage.State != Stage.State || stage.Reason != Stage.Reason;
            Stage = stage;
            if (!isOther && _told != 0 && time.GetElapsedTime(_told) < Often)
            {
                return false;
            }

            _told = time.GetTimestamp();
            return true;
        }
    }
}
