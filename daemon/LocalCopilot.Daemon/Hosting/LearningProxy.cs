using LocalCopilot.Protocol;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>The client's side of <see cref="ILocalCopilotLearning"/>. Errors of the daemon are <see cref="RemoteInvocationException"/>s, with its code.</summary>
internal sealed class LearningProxy(JsonRpc rpc) : ILocalCopilotLearning
{
    public Task<AdaptationResult> AdaptAsync(AdaptParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<AdaptationResult>(LocalCopilotMethods.Adapt, parameters, cancellationToken);

    public Task<IReadOnlyList<Adapter>> ListAdaptersAsync(RepositoryParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<IReadOnlyList<Adapter>>(LocalCopilotMethods.AdaptersList, parameters, cancellationToken);

    public Task<Adapter> ActivateAdapterAsync(AdapterParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<Adapter>(LocalCopilotMethods.AdaptersActivate, parameters, cancellationToken);

    public Task<AdaptersRollbackResult> RollBackAdapterAsync(RepositoryParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<AdaptersRollbackResult>(LocalCopilotMethods.AdaptersRollback, parameters, cancellationToken);

    public Task RemoveAdapterAsync(AdapterParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync(LocalCopilotMethods.AdaptersRemove, parameters, cancellationToken);

    public Task ExportAdapterAsync(AdaptersExportParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync(LocalCopilotMethods.AdaptersExport, parameters, cancellationToken);

    public Task<EvaluateResult> EvaluateAsync(EvaluateParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<EvaluateResult>(LocalCopilotMethods.Evaluate, parameters, cancellationToken);

    public Task ForgetAsync(RepositoryParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync(LocalCopilotMethods.Forget, parameters, cancellationToken);
}
