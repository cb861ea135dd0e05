namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LocalCopilotMethods.Complete"/>: a completion with no open document.</summary>
public sealed record CompleteParams
{
    /// <summary>File uri or path anywhere inside the repository.</summary>
    public string? Repository { get; init; }

    /// <summary>Absolute, or relative to the repository's root.</summary>
    public required string Path { get; init; }

    /// <summary>The whole document.</summary>
    public required string Text { get; init; }

    /// <summary>The cursor, in UTF-16 units.</summary>
    public required Position Position { get; init; }

    /// <summary>Tokens at most; absent: as the settings say.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>True: one line only; false: a block; absent: decided from where the cursor is.</summary>
    public bool? SingleLine { get; init; }

    /// <summary>Absent: true.</summary>
    public bool? UseAdapter { get; init; }

    /// <summary>Whether text of other files may be used; absent: true.</summary>
    public bool? UseContext { get; init; }

    /// <summary>Suggestions wanted; absent: 1.</summary>
    public int? Count { get; init; }
}

/// <summary>Result of <see cref="LocalCopilotMethods.Complete"/>.</summary>
public sealed record CompleteResult
{
    /// <summary>Suggestions, best first.</summary>
    public required IReadOnlyList<CompletionText> Completions { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Those that were in the KV cache already.</summary>
    public required int CachedTokens { get; init; }

    /// <summary>Tokens that were decoded.</summary>
    public required int GeneratedTokens { get; init; }

    /// <summary>Where the time went.</summary>
    public required CompletionTimingsMs Timings { get; init; }
}

/// <summary>One suggestion.</summary>
/// <param name="Text">Its text, without what follows the cursor.</param>
/// <param name="MeanLogProbability">Mean natural-log probability of its tokens.</param>
public sealed record CompletionText(string Text, double MeanLogProbability);

/// <summary>Durations in milliseconds.</summary>
/// <param name="QueueMs">Waiting for the engine.</param>
/// <param name="ContextMs">Collecting context and building the prompt.</param>
/// <param name="PromptMs">Evaluating the prompt.</param>
/// <param name="DecodeMs">Decoding.</param>
/// <param name="TotalMs">All of it.</param>
public sealed record CompletionTimingsMs(double QueueMs, double ContextMs, double PromptMs, double DecodeMs, double TotalMs);
