using LibGit2Sharp;
using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Statistics;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>The methods of one channel about what is learned of repositories.</summary>
internal sealed class LearningMethods(LearningLoop loop, AdapterStore adapters, AdapterExport export, IInferenceEngine engine, DisabledRepositories disabled, CompletionRecorder recorder, WorkDoneProgressReports progress, Greeting greeting, LocalCopilotPaths paths) : ILocalCopilotLearning
{
    /// <summary>Of <see cref="EvaluateParams.Adapter"/>.</summary>
    private const string Active = "active";
    private const string None = "none";

    public async Task<AdaptationResult> AdaptAsync(AdaptParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.Adapt);
        string root = EnabledRootOf(parameters.Repository);
        if (parameters.BudgetMs is <= 0)
        {
            throw RpcErrors.InvalidParams($"budgetMs is {parameters.BudgetMs}; give milliseconds, 1 or more.");
        }

        AdaptationRequest request = new(root, parameters.Force == true, parameters.From, parameters.BudgetMs is { } budget ? TimeSpan.FromMilliseconds(budget) : null, parameters.Until);
        return await progress.ShowAsync(
            parameters.WorkDoneToken,
            root,
            () => Answer(root, () => loop.AdaptAsync(request, cancellationToken)));
    }

    public Task<IReadOnlyList<Adapter>> ListAdaptersAsync(RepositoryParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.AdaptersList);
        string repository = RepositoryKey.Of(RootOf(parameters.Repository));
        return Task.FromResult<IReadOnlyList<Adapter>>([.. adapters.Catalogue.Of(repository).Select(Describe)]);
    }

    public async Task<Adapter> ActivateAdapterAsync(AdapterParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.AdaptersActivate);
        StoredAdapter adapter = Find(parameters.Id);
        if (adapter.Rejected is { } reason)
        {
            throw RpcErrors.InvalidParams($"The adapter {Short(adapter)} was rejected and is never served. {reason}");
        }

        ServedModel model = await engine.GetModelAsync(cancellationToken);
        if (model.Fingerprint != adapter.ModelFingerprint)
        {
            throw RpcErrors.InvalidParams($"The adapter {Short(adapter)} was trained for {adapter.Model}, and {model.Id} is served. Select that model first: localcopilot models select.");
        }

        await Answer(adapter.Root, async () =>
        {
            await engine.LoadAdapterAsync(model, adapters.FileOf(adapter), cancellationToken);
            return true;
        });
        if (!Describe(adapter).State.Equals(AdapterState.Active))
        {
            adapters.Activate(adapter);
        }

        return Describe(adapter);
    }

    public Task<AdaptersRollbackResult> RollBackAdapterAsync(RepositoryParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.AdaptersRollback);
        StoredAdapter? active = adapters.Rollback(RepositoryKey.Of(RootOf(parameters.Repository)), loop.Fingerprint());
        return Task.FromResult(new AdaptersRollbackResult { Active = active?.ToProtocol(isActive: true) });
    }

    public Task RemoveAdapterAsync(AdapterParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.AdaptersRemove);
        adapters.Remove(Find(parameters.Id));
        return Task.CompletedTask;
    }

    public Task ExportAdapterAsync(AdaptersExportParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.AdaptersExport);
        if (!Path.IsPathFullyQualified(parameters.Path))
        {
            throw RpcErrors.InvalidParams($"The path {parameters.Path} is relative. Give an absolute one.");
        }

        StoredAdapter adapter = Find(parameters.Id);
        return Answer(adapter.Root, async () =>
        {
            ServedModel model = await engine.GetModelAsync(cancellationToken);
            await Task.Run(() => export.Write(adapter, parameters.Format, parameters.Path, model), cancellationToken);
            return true;
        });
    }

    public async Task<EvaluateResult> EvaluateAsync(EvaluateParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.Evaluate);
        string root = EnabledRootOf(parameters.Repository);
        if (parameters.Limit is <= 0)
        {
            throw RpcErrors.InvalidParams($"limit is {parameters.Limit}; give a number of items, 1 or more.");
        }

        AdapterFile? adapter = parameters.Adapter switch
        {
            None => null,
            null or Active => adapters.Active(RepositoryKey.Of(root), loop.Fingerprint()) is { } active ? adapters.FileOf(active) : null,
            { } id => adapters.FileOf(Find(id)),
        };
        EvaluationRequest request = new(root, parameters.Since, parameters.Until, parameters.Limit, adapter, parameters.UseContext ?? true);
        return await Answer(root, () => loop.EvaluateAsync(request, cancellationToken));
    }

    public async Task ForgetAsync(RepositoryParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.Forget);
        string path = RepositoryLocator.PathOf(parameters.Repository) ?? throw RpcErrors.NoPath(parameters.Repository);
        string root = RepositoryLocator.RootOf(path, []) ?? Path.TrimEndingDirectorySeparator(path);
        IReadOnlyList<string> trees = await loop.ForgetAsync(root, cancellationToken);
        try
        {
            foreach (string tree in trees)
            {
                await recorder.ForgetAsync(tree, cancellationToken);
            }
        }
        catch (StatisticsUnavailableException exception)
        {
            throw RpcErrors.Failed(exception.Message);
        }
    }

    private Adapter Describe(StoredAdapter adapter) =>
        adapter.ToProtocol(isActive: adapters.Active(adapter.Repository, adapter.ModelFingerprint)?.Id == adapter.Id);

    private StoredAdapter Find(string id) => (id.Length < 4 ? [] : adapters.Catalogue.Find(id)) switch
    {
        [var adapter] => adapter,
        [] => throw RpcErrors.InvalidParams($"There is no adapter {id}. `localcopilot adapters list` shows those of a repository; the first characters of an id, four at least, do."),
        _ => throw RpcErrors.InvalidParams($"Several adapters begin with {id}. Give more of the id."),
    };

    private static string Short(StoredAdapter adapter) => adapter.Id[..8];

    private static string RootOf(string repository)
    {
        string path = RepositoryLocator.PathOf(repository) ?? throw RpcErrors.NoPath(repository);
        return RepositoryLocator.RootOf(path, []) is { } root && Repository.IsValid(root) ? root : throw RpcErrors.NotARepository(path);
    }

    private string EnabledRootOf(string repository)
    {
        string root = RootOf(repository);
        return disabled.ReasonOf(root) is { } reason ? throw RpcErrors.Disabled(root, reason) : root;
    }

    /// <summary>Turns what can go wrong with a repository or an adapter into the contract's errors.</summary>
    private async Task<T> Answer<T>(string root, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (AdaptationRunningException exception)
        {
            throw RpcErrors.AdaptationRunning(exception.Message, exception.Progress);
        }
        catch (LibGit2SharpException exception)
        {
            throw RpcErrors.InvalidParams($"{root}: {exception.Message}");
        }
        catch (Exception exception) when (FullDisk.Behind(exception, paths.DataDirectory, paths.StateDirectory) is { } folder)
        {
            throw RpcErrors.DiskFull(folder);
        }
        catch (Exception exception) when (exception is AdapterUnavailableException or IOException or UnauthorizedAccessException)
        {
            throw RpcErrors.Failed(exception.Message);
        }
    }
}
