namespace LocalCopilot.Protocol;

/// <summary>JSON-RPC error codes that the daemon answers with.</summary>
public static class ErrorCodes
{
    /// <summary>The message was no JSON, or larger than the daemon takes.</summary>
    public const int ParseError = -32700;

    /// <summary>Not a JSON-RPC message, or one that is not allowed in this state.</summary>
    public const int InvalidRequest = -32600;

    /// <summary>No method of this name.</summary>
    public const int MethodNotFound = -32601;

    /// <summary>Parameters that do not fit, a document that is not open, a position that does not exist.</summary>
    public const int InvalidParams = -32602;

    /// <summary>A fault of the daemon; its log has the details.</summary>
    public const int InternalError = -32603;

    /// <summary>A request before <c>initialize</c>.</summary>
    public const int ServerNotInitialized = -32002;

    /// <summary>Too many requests of this connection are open.</summary>
    public const int RequestFailed = -32803;

    /// <summary>The document changed while its completion was computed.</summary>
    public const int ContentModified = -32801;

    /// <summary>Cancelled by the client, or by a newer request for the same document.</summary>
    public const int RequestCancelled = -32800;

    /// <summary>The model is missing, damaged or of an unsupported kind.</summary>
    public const int ModelUnavailable = -32010;

    /// <summary>The path lies in no git repository.</summary>
    public const int NotARepository = -32011;

    /// <summary>An adaptation of this repository runs already; data: its <see cref="AdaptationProgress"/>.</summary>
    public const int AdaptationRunning = -32012;

    /// <summary>Disabled for this repository; data: <see cref="Protocol.DisabledBy"/>.</summary>
    public const int Disabled = -32013;

    /// <summary>Another major version of the protocol; data: <see cref="ProtocolMismatch"/>.</summary>
    public const int ProtocolVersionMismatch = -32014;
}
