using StreamJsonRpc;

namespace LocalCopilot.Protocol;

/// <summary>The <c>localCopilot/*</c> methods that the daemon serves, on both channels. Every parameter object is the whole of <c>params</c>.</summary>
/// <remarks>All may fail with an error whose message says what is wrong, with which value, and what to do; codes: <see cref="ErrorCodes"/>.</remarks>
public interface ILocalCopilotControl
{
    /// <summary>Compares versions; the first call on a control channel.</summary>
    /// <param name="parameters">The client's versions.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.Hello, UseSingleObjectParameterDeserialization = true)]
    Task<HelloResult> HelloAsync(HelloParams parameters, CancellationToken cancellationToken);

    /// <summary>How the daemon, the model and a repository are. Never loads the model.</summary>
    /// <param name="parameters">Which repository; may be absent.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.Status, UseSingleObjectParameterDeserialization = true)]
    Task<StatusResult> StatusAsync(StatusParams? parameters = null, CancellationToken cancellationToken = default);

    /// <summary>A completion with no open document.</summary>
    /// <param name="parameters">Where.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.Complete, UseSingleObjectParameterDeserialization = true)]
    Task<CompleteResult> CompleteAsync(CompleteParams parameters, CancellationToken cancellationToken);

    /// <summary>Models on this machine.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.ModelsList)]
    Task<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken);

    /// <summary>Selects the model to serve, and remembers it.</summary>
    /// <param name="parameters">Which.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.ModelsSelect, UseSingleObjectParameterDeserialization = true)]
    Task<ModelDescription> SelectModelAsync(ModelsSelectParams parameters, CancellationToken cancellationToken);

    /// <summary>What became of suggestions, and how long they took.</summary>
    /// <param name="parameters">Of which repository, since when; may be absent.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.Statistics, UseSingleObjectParameterDeserialization = true)]
    Task<StatisticsResult> StatisticsAsync(StatisticsParams? parameters = null, CancellationToken cancellationToken = default);

    /// <summary>Ends the daemon after saving state.</summary>
    /// <param name="parameters">Under which condition; may be absent.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.Shutdown, UseSingleObjectParameterDeserialization = true)]
    Task<ShutdownResult> ShutdownAsync(ShutdownParams? parameters = null, CancellationToken cancellationToken = default);
}
