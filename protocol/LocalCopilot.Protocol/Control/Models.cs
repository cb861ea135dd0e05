namespace LocalCopilot.Protocol;

/// <summary>A model file that was found.</summary>
public sealed record ModelDescription
{
    /// <summary>File name without extension, or the name that the tool it belongs to gives it.</summary>
    public required string Id { get; init; }

    /// <summary>The GGUF file.</summary>
    public required string Path { get; init; }

    /// <summary>Where it was found: <c>embedded</c>, <c>localcopilot</c>, <c>ollama</c>, <c>lm-studio</c>, <c>hugging-face</c>, <c>llama.cpp</c> or <c>settings</c>.</summary>
    public required string Source { get; init; }

    /// <summary>GGUF's <c>general.architecture</c>.</summary>
    public string? Architecture { get; init; }

    /// <summary>Number of parameters.</summary>
    public long? Parameters { get; init; }

    /// <summary>Size of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>False: it cannot complete at all, as <see cref="Reason"/> says; absent: it can.</summary>
    public bool? CanComplete { get; init; }

    /// <summary>It has fill-in-the-middle tokens.</summary>
    public required bool CanFillInMiddle { get; init; }

    /// <summary>Adapters can be trained for it.</summary>
    public required bool CanTrain { get; init; }

    /// <summary>True: this is the selected one.</summary>
    public bool? Selected { get; init; }

    /// <summary>Memory that serving it takes, estimated, in bytes.</summary>
    public long? ServingBytes { get; init; }

    /// <summary>Memory that training an adapter takes, estimated, in bytes.</summary>
    public long? TrainingBytes { get; init; }

    /// <summary>Why it cannot complete, fill in the middle or be trained.</summary>
    public string? Reason { get; init; }
}

/// <summary>Parameters of <see cref="LocalCopilotMethods.ModelsSelect"/>; one of both.</summary>
public sealed record ModelsSelectParams
{
    /// <summary>Id of a model that the list has.</summary>
    public string? Id { get; init; }

    /// <summary>Path of a GGUF file.</summary>
    public string? Path { get; init; }
}
