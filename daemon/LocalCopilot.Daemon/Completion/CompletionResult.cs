namespace LocalCopilot.Daemon.Completion;

/// <summary>The suggestions for one <see cref="CompletionRequest"/>, best first; none is a valid answer.</summary>
internal sealed record CompletionResult
{
    public required IReadOnlyList<CompletionChoice> Choices { get; init; }

    public int PromptTokens { get; init; }

    /// <summary>Prompt tokens that were in the KV cache already.</summary>
    public int CachedTokens { get; init; }

    public int GeneratedTokens { get; init; }

    /// <summary>Id of the adapter that it was made with; null: the base model.</summary>
    public string? Adapter { get; init; }

    public CompletionTimings Timings { get; init; }

    public static CompletionResult Empty { get; } = new() { Choices = [] };
}

/// <param name="InsertText">Text that takes the place of <paramref name="ReplacedLength"/> UTF-16 units after the cursor.</param>
/// <param name="ReplacedLength">UTF-16 units after the cursor, on its line, that the text replaces; 0: pure insertion.</param>
/// <param name="MeanLogProbability">Mean natural-log probability of the generated tokens.</param>
internal sealed record CompletionChoice(string Id, string InsertText, int ReplacedLength, double MeanLogProbability);

/// <summary>Where the time of one completion went.</summary>
internal readonly record struct CompletionTimings(TimeSpan Queue, TimeSpan Context, TimeSpan Prompt, TimeSpan Decode, TimeSpan Total);
