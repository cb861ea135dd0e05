using LocalCopilot.Protocol;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>The client's side of <see cref="ILocalCopilotControl"/>. Errors of the daemon are <see cref="RemoteInvocationException"/>s, with its code.</summary>
internal sealed class ControlProxy(JsonRpc rpc) : ILocalCopilotControl
{
    public Task<HelloResult> HelloAsync(HelloParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<HelloResult>(LocalCopilotMethods.Hello, parameters, cancellationToken);

    public Task<StatusResult> StatusAsync(StatusParams? parameters = null, CancellationToken cancellationToken = default) =>
        rpc.InvokeWithParameterObjectAsync<StatusResult>(LocalCopilotMethods.Status, parameters ?? new(), cancellationToken);

    public Task<CompleteResult> CompleteAsync(CompleteParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<CompleteResult>(LocalCopilotMethods.Complete, parameters, cancellationToken);

    public Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<IReadOnlyList<ModelDescription>>(LocalCopilotMethods.ModelsList, cancellationToken: cancellationToken);

    public Task<ModelDescription> SelectModelAsync(ModelsSelectParams parameters, CancellationToken cancellationToken) =>
        rpc.InvokeWithParameterObjectAsync<ModelDescription>(LocalCopilotMethods.ModelsSelect, parameters, cancellationToken);

    public Task<StatisticsResult> StatisticsAsync(StatisticsParams? parameters = null, CancellationToken cancellationToken = default) =>
        rpc.InvokeWithParameterObjectAsync<StatisticsResult>(LocalCopilotMethods.Statistics, parameters ?? new(), cancellationToken);

    public Task<ShutdownResult> ShutdownAsync(ShutdownParams? parameters = null, CancellationToken cancellationToken = default) =>
        rpc.InvokeWithParameterObjectAsync<ShutdownResult>(LocalCopilotMethods.Shutdown, parameters ?? new(), cancellationToken);
}
