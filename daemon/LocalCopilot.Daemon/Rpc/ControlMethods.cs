using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Daemon.Statistics;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>The <c>localCopilot/*</c> methods of one channel.</summary>
internal sealed class ControlMethods(ServerState server, ICompletionService completion, CompletionCounters counters, IModelSelection models, IEngineStatus engine, DisabledRepositories disabled, LearningLoop learning, CompletionRecorder recorder, Greeting greeting) : ILocalCopilotControl
{
    public Task<HelloResult> HelloAsync(HelloParams parameters, CancellationToken cancellationToken)
    {
        if (ProtocolVersion.Major(parameters.ProtocolVersion) != ProtocolVersion.Major(ProtocolVersion.Current))
        {
            throw RpcErrors.OtherProtocol(parameters.ProtocolVersion);
        }

        greeting.Done();
        return Task.FromResult(new HelloResult(ProtocolVersion.Current, ProductVersion.Current));
    }

    public Task<StatusResult> StatusAsync(StatusParams? parameters = null, CancellationToken cancellationToken = default)
    {
        greeting.Require(LocalCopilotMethods.Status);
        return Task.FromResult(new StatusResult
        {
            Daemon = new()
            {
                Version = ProductVersion.Current,
                ProcessId = Environment.ProcessId,
                StartedAt = server.StartedAt,
                UptimeMs = (long)server.Uptime.TotalMilliseconds,
                ResidentBytes = Environment.WorkingSet,
                LogFile = server.LogFile,
                Sessions = server.Editors,
                Warnings = server.Warnings.Count > 0 ? server.Warnings : null,
            },
            Model = engine.Model,
            Engine = engine.Engine,
            Repository = parameters?.Repository is { } named && RepositoryLocator.PathOf(named) is { } path && RepositoryLocator.RootOf(path, []) is { } root ? learning.Status(root) : null,
            Completions = new(counters.Computed, counters.TypedThrough, counters.Cancelled, counters.WastedTokens),
            Offline = true,
        });
    }

    public async Task<CompleteResult> CompleteAsync(CompleteParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.Complete);
        string? root = parameters.Repository is { } repository ? RepositoryLocator.RootOf(RepositoryLocator.PathOf(repository) ?? throw RpcErrors.NoPath(repository), []) : null;
        string path = RepositoryLocator.PathOf(parameters.Path)
            ?? (root is not null ? Path.GetFullPath(parameters.Path, root) : throw RpcErrors.InvalidParams($"The path {parameters.Path} is relative and no repository was given. Give an absolute path, or the repository."));
        root ??= RepositoryLocator.RootOf(path, []);
        if (disabled.ReasonOf(root) is { } reason)
        {
            throw RpcErrors.Disabled(root!, reason);
        }

        DocumentSnapshot document = new(new Uri(path).AbsoluteUri, LanguageIds.Of(path), version: 0, parameters.Text);
        CompletionResult result = await completion.CompleteAsync(
            new()
            {
                Document = document,
                Position = TextPositions.Check(document, parameters.Position),
                RepositoryRoot = root,
                MaxTokens = parameters.MaxTokens,
                SingleLine = parameters.SingleLine,
                UseAdapter = parameters.UseAdapter ?? true,
                UseContext = parameters.UseContext ?? true,
                Count = parameters.Count ?? 1,
                WaitForIndex = true,
            },
            cancellationToken);
        return new()
        {
            Completions = [.. result.Choices.Select(choice => new CompletionText(choice.InsertText, choice.MeanLogProbability))],
            PromptTokens = result.PromptTokens,
            CachedTokens = result.CachedTokens,
            GeneratedTokens = result.GeneratedTokens,
            Timings = new(
                result.Timings.Queue.TotalMilliseconds,
                result.Timings.Context.TotalMilliseconds,
                result.Timings.Prompt.TotalMilliseconds,
                result.Timings.Decode.TotalMilliseconds,
                result.Timings.Total.TotalMilliseconds),
        };
    }

    public Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.ModelsList);
        return models.ListAsync(cancellationToken);
    }

    public Task<ModelDescription> SelectModelAsync(ModelsSelectParams parameters, CancellationToken cancellationToken)
    {
        greeting.Require(LocalCopilotMethods.ModelsSelect);
        return (parameters.Id is null) != (parameters.Path is null)
            ? models.SelectAsync(parameters, cancellationToken)
            : throw RpcErrors.InvalidParams("Give either the id or the path of a model.");
    }

    public async Task<StatisticsResult> StatisticsAsync(StatisticsParams? parameters = null, CancellationToken cancellationToken = default)
    {
        greeting.Require(LocalCopilotMethods.Statistics);
        string? root = null;
        if (parameters?.Repository is { } repository)
        {
            // A folder without .git may be a workspace's, and one that is gone may have been a repository.
            string path = RepositoryLocator.PathOf(repository) ?? throw RpcErrors.NoPath(repository);
            root = RepositoryLocator.RootOf(path, []) ?? Path.TrimEndingDirectorySeparator(path);
        }

        try
        {
            return await recorder.ReadAsync(root, parameters?.Since, cancellationToken);
        }
        catch (StatisticsUnavailableException exception)
        {
            throw RpcErrors.Failed(exception.Message);
        }
    }

    /// <summary>Needs no <c>hello</c>: a client of another version must be able to replace this daemon.</summary>
    public Task<ShutdownResult> ShutdownAsync(ShutdownParams? parameters = null, CancellationToken cancellationToken = default)
    {
        bool stopping = parameters?.IfIdle != true || server.Editors == 0;
        if (stopping)
        {
            server.RequestStop();
        }

        return Task.FromResult(new ShutdownResult(stopping));
    }
}
