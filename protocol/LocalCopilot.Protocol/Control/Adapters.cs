using System.Text.Json.Serialization;

namespace LocalCopilot.Protocol;

/// <summary>A LoRA adapter of one repository.</summary>
public sealed record Adapter
{
    /// <summary>Hash of its content.</summary>
    public required string Id { get; init; }

    /// <summary>Root of its repository.</summary>
    public required string Repository { get; init; }

    /// <summary>Id of the model it belongs to.</summary>
    public required string Model { get; init; }

    /// <summary>When it was trained.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Newest commit it was trained on.</summary>
    public required string TrainedThrough { get; init; }

    /// <summary>LoRA's rank.</summary>
    public required int Rank { get; init; }

    /// <summary>Number of parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Whether it is served.</summary>
    public required AdapterState State { get; init; }

    /// <summary>What the gate measured.</summary>
    public Evaluation? Evaluation { get; init; }
}

/// <summary>Whether an adapter is served.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<AdapterState>))]
public enum AdapterState
{
    /// <summary>Served.</summary>
    Active,

    /// <summary>Was active, or may be.</summary>
    Inactive,

    /// <summary>Not better than what was active; never served.</summary>
    Rejected,
}

/// <summary>Parameters that name a repository.</summary>
/// <param name="Repository">File uri or path anywhere inside it.</param>
public sealed record RepositoryParams(string Repository);

/// <summary>Parameters that name an adapter.</summary>
/// <param name="Id">Its id.</param>
public sealed record AdapterParams(string Id);

/// <summary>Result of <see cref="LocalCopilotMethods.AdaptersRollback"/>.</summary>
public sealed record AdaptersRollbackResult
{
    /// <summary>The adapter that is active now; absent: none.</summary>
    public Adapter? Active { get; init; }
}

/// <summary>Parameters of <see cref="LocalCopilotMethods.AdaptersExport"/>.</summary>
/// <param name="Id">The adapter's id.</param>
/// <param name="Format">File format.</param>
/// <param name="Path">File (gguf) or folder (peft) to write.</param>
public sealed record AdaptersExportParams(string Id, AdapterFormat Format, string Path);

/// <summary>File format of an adapter.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<AdapterFormat>))]
public enum AdapterFormat
{
    /// <summary>llama.cpp's.</summary>
    Gguf,

    /// <summary>Hugging Face PEFT's: safetensors with adapter_config.json.</summary>
    Peft,
}
