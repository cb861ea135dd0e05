using StreamJsonRpc;

namespace LocalCopilot.Protocol;

/// <summary>The <c>localCopilot/*</c> methods about what is learned of a repository, on both channels. Every parameter object is the whole of <c>params</c>.</summary>
/// <remarks>
/// All may fail with an error whose message says what is wrong, with which value, and what to do; codes: <see cref="ErrorCodes"/>.
/// Clients hear of what goes on by <see cref="LocalCopilotMethods.AdaptationChanged"/>.
/// </remarks>
public interface ILocalCopilotLearning
{
    /// <summary>Learns a repository; answered when that has ended. Cancelling pauses it at a checkpoint, and the next call goes on.</summary>
    /// <param name="parameters">Which repository, and how.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.Adapt, UseSingleObjectParameterDeserialization = true)]
    Task<AdaptationResult> AdaptAsync(AdaptParams parameters, CancellationToken cancellationToken);

    /// <summary>A repository's adapters, the newest first.</summary>
    /// <param name="parameters">Which repository.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.AdaptersList, UseSingleObjectParameterDeserialization = true)]
    Task<IReadOnlyList<Adapter>> ListAdaptersAsync(RepositoryParams parameters, CancellationToken cancellationToken);

    /// <summary>Serves an adapter from the next completion on. One that was rejected is refused.</summary>
    /// <param name="parameters">Which adapter.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.AdaptersActivate, UseSingleObjectParameterDeserialization = true)]
    Task<Adapter> ActivateAdapterAsync(AdapterParams parameters, CancellationToken cancellationToken);

    /// <summary>Goes back to the adapter that was active before, then to none; a round that activated two is one step.</summary>
    /// <param name="parameters">Which repository.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.AdaptersRollback, UseSingleObjectParameterDeserialization = true)]
    Task<AdaptersRollbackResult> RollBackAdapterAsync(RepositoryParams parameters, CancellationToken cancellationToken);

    /// <summary>Deletes an adapter; where it was active, the one before it is served.</summary>
    /// <param name="parameters">Which adapter.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.AdaptersRemove, UseSingleObjectParameterDeserialization = true)]
    Task RemoveAdapterAsync(AdapterParams parameters, CancellationToken cancellationToken);

    /// <summary>Writes an adapter for other programs.</summary>
    /// <param name="parameters">Which adapter, and where to.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.AdaptersExport, UseSingleObjectParameterDeserialization = true)]
    Task ExportAdapterAsync(AdaptersExportParams parameters, CancellationToken cancellationToken);

    /// <summary>Measures a model on what was really written in some commits.</summary>
    /// <param name="parameters">Which commits, and which adapter.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.Evaluate, UseSingleObjectParameterDeserialization = true)]
    Task<EvaluateResult> EvaluateAsync(EvaluateParams parameters, CancellationToken cancellationToken);

    /// <summary>Deletes everything that was learned or recorded of a repository, also where it is not there any more.</summary>
    /// <param name="parameters">Which repository; one that does not exist any more by its root.</param>
    /// <param name="cancellationToken">Cancels.</param>
    [JsonRpcMethod(LocalCopilotMethods.Forget, UseSingleObjectParameterDeserialization = true)]
    Task ForgetAsync(RepositoryParams parameters, CancellationToken cancellationToken);
}
