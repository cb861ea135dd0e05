namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LocalCopilotMethods.Hello"/>.</summary>
/// <param name="ProtocolVersion">The client's <see cref="Protocol.ProtocolVersion.Current"/>.</param>
/// <param name="ClientVersion">Version of the program.</param>
/// <param name="ProcessId">The client's process.</param>
public sealed record HelloParams(string ProtocolVersion, string ClientVersion, int ProcessId);

/// <summary>Result of <see cref="LocalCopilotMethods.Hello"/>.</summary>
/// <param name="ProtocolVersion">The daemon's <see cref="Protocol.ProtocolVersion.Current"/>.</param>
/// <param name="DaemonVersion">Version of the program.</param>
public sealed record HelloResult(string ProtocolVersion, string DaemonVersion);

/// <summary>Data of the error <see cref="ErrorCodes.ProtocolVersionMismatch"/>.</summary>
public sealed record ProtocolMismatch
{
    /// <summary>The version that the client named.</summary>
    public required string ClientProtocolVersion { get; init; }

    /// <summary>The daemon's protocol version.</summary>
    public required string DaemonProtocolVersion { get; init; }

    /// <summary>The daemon's program version.</summary>
    public required string DaemonVersion { get; init; }
}

/// <summary>Parameters of <see cref="LocalCopilotMethods.Shutdown"/>.</summary>
public sealed record ShutdownParams
{
    /// <summary>True: only if no editor is connected.</summary>
    public bool? IfIdle { get; init; }
}

/// <summary>Result of <see cref="LocalCopilotMethods.Shutdown"/>.</summary>
/// <param name="Stopping">False: editors are connected, and <see cref="ShutdownParams.IfIdle"/> was given.</param>
public sealed record ShutdownResult(bool Stopping);
