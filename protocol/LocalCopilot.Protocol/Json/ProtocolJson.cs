using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace LocalCopilot.Protocol;

/// <summary>How messages are written: camelCase, unknown fields left out when writing and ignored when reading, source-generated.</summary>
public static class ProtocolJson
{
    /// <summary>Options for one formatter; a new instance each time, since a formatter changes its own.</summary>
    public static JsonSerializerOptions CreateOptions() => new(ProtocolJsonContext.Default.Options)
    {
        // Code is full of < > & and quotes, and no HTML page ever sees these messages.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // Primitive arguments and StreamJsonRpc's own types are not in the generated context.
        TypeInfoResolver = JsonTypeInfoResolver.Combine(ProtocolJsonContext.Default, new DefaultJsonTypeInfoResolver()),
    };
}

/// <summary>Source-generated metadata of every message.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(InitializeParams))]
[JsonSerializable(typeof(InitializeResult))]
[JsonSerializable(typeof(SetTraceParams))]
[JsonSerializable(typeof(CancelParams))]
[JsonSerializable(typeof(DidOpenParams))]
[JsonSerializable(typeof(DidChangeParams))]
[JsonSerializable(typeof(DidSaveParams))]
[JsonSerializable(typeof(DidCloseParams))]
[JsonSerializable(typeof(DidFocusParams))]
[JsonSerializable(typeof(DidChangeWorkspaceFoldersParams))]
[JsonSerializable(typeof(InlineCompletionParams))]
[JsonSerializable(typeof(InlineCompletionList))]
[JsonSerializable(typeof(ExecuteCommandParams))]
[JsonSerializable(typeof(DidShowCompletionParams))]
[JsonSerializable(typeof(DidPartiallyAcceptCompletionParams))]
[JsonSerializable(typeof(DidChangeStatusParams))]
[JsonSerializable(typeof(WorkDoneProgressCreateParams))]
[JsonSerializable(typeof(ProgressParams))]
[JsonSerializable(typeof(HelloParams))]
[JsonSerializable(typeof(HelloResult))]
[JsonSerializable(typeof(ProtocolMismatch))]
[JsonSerializable(typeof(DisabledBy))]
[JsonSerializable(typeof(ShutdownParams))]
[JsonSerializable(typeof(ShutdownResult))]
[JsonSerializable(typeof(StatusParams))]
[JsonSerializable(typeof(StatusResult))]
[JsonSerializable(typeof(CompleteParams))]
[JsonSerializable(typeof(CompleteResult))]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(IReadOnlyList<ModelDescription>))]
[JsonSerializable(typeof(ModelsSelectParams))]
[JsonSerializable(typeof(AdaptParams))]
[JsonSerializable(typeof(AdaptationResult))]
[JsonSerializable(typeof(RepositoryParams))]
[JsonSerializable(typeof(RepositoryStatus))]
[JsonSerializable(typeof(AdapterParams))]
[JsonSerializable(typeof(IReadOnlyList<Adapter>))]
[JsonSerializable(typeof(AdaptersRollbackResult))]
[JsonSerializable(typeof(AdaptersExportParams))]
[JsonSerializable(typeof(EvaluateParams))]
[JsonSerializable(typeof(EvaluateResult))]
[JsonSerializable(typeof(StatisticsParams))]
[JsonSerializable(typeof(StatisticsResult))]
public sealed partial class ProtocolJsonContext : JsonSerializerContext;
