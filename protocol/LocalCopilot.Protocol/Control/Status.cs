using System.Text.Json.Serialization;

namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LocalCopilotMethods.Status"/>.</summary>
public sealed record StatusParams
{
    /// <summary>File uri or path anywhere inside a repository.</summary>
    public string? Repository { get; init; }
}

/// <summary>Result of <see cref="LocalCopilotMethods.Status"/>.</summary>
public sealed record StatusResult
{
    /// <summary>The daemon.</summary>
    public required DaemonStatus Daemon { get; init; }

    /// <summary>The selected model.</summary>
    public required ModelStatus Model { get; init; }

    /// <summary>What computes.</summary>
    public required EngineStatus Engine { get; init; }

    /// <summary>What completions cost and saved since the daemon started.</summary>
    public CompletionsStatus? Completions { get; init; }

    /// <summary>The repository that was asked about, where it is followed.</summary>
    public RepositoryStatus? Repository { get; init; }

    /// <summary>Always true: the daemon has no network code.</summary>
    public required bool Offline { get; init; }
}

/// <summary>The daemon's process.</summary>
public sealed record DaemonStatus
{
    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Its process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Milliseconds since then.</summary>
    public required long UptimeMs { get; init; }

    /// <summary>Resident memory, in bytes.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>Path of its log, for people; it may not be there where the disk cannot be written.</summary>
    public string? LogFile { get; init; }

    /// <summary>Editors that are connected.</summary>
    public required int Sessions { get; init; }

    /// <summary>What does not work as it should, for people; absent: all is well.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }
}

/// <summary>The selected model. Before it was loaded only <see cref="Id"/>, <see cref="Path"/> and <see cref="State"/> are known.</summary>
public sealed record ModelStatus
{
    /// <summary>File name without extension.</summary>
    public required string Id { get; init; }

    /// <summary>The GGUF file.</summary>
    public required string Path { get; init; }

    /// <summary>GGUF's <c>general.architecture</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>Number of parameters.</summary>
    public long? Parameters { get; init; }

    /// <summary>Prompt and completion together may have this many tokens.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Whether it is in memory.</summary>
    public required ModelState State { get; init; }

    /// <summary>Why it could not be loaded, and what to do.</summary>
    public string? Error { get; init; }
}

/// <summary>Whether the model is in memory.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ModelState>))]
public enum ModelState
{
    /// <summary>Not in memory; loaded by the next completion.</summary>
    Unloaded,

    /// <summary>Being loaded.</summary>
    Loading,

    /// <summary>In memory.</summary>
    Ready,

    /// <summary>It could not be loaded.</summary>
    Failed,
}

/// <summary>What computes.</summary>
public sealed record EngineStatus
{
    /// <summary>The device; absent before the model was loaded.</summary>
    public string? Device { get; init; }

    /// <summary>Threads that compute.</summary>
    public required int Threads { get; init; }

    /// <summary>Prompt tokens a second, lately.</summary>
    public double? PromptTokensPerSecond { get; init; }

    /// <summary>Decoded tokens a second, lately.</summary>
    public double? DecodeTokensPerSecond { get; init; }
}

/// <summary>What completions cost and saved since the daemon started.</summary>
/// <param name="Computed">Answers that the model computed.</param>
/// <param name="TypedThrough">Answers with the rest of an earlier suggestion, without the model.</param>
/// <param name="Cancelled">Requests that were stale before their answer.</param>
/// <param name="WastedTokens">Tokens that were generated and never shown: of cancelled requests, and of answers that were dropped.</param>
public sealed record CompletionsStatus(long Computed, long TypedThrough, long Cancelled, long WastedTokens);
