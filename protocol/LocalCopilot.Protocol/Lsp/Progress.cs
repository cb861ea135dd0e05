namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LspMethods.WorkDoneProgressCreate"/>.</summary>
/// <param name="Token">Names the progress.</param>
public sealed record WorkDoneProgressCreateParams(string Token);

/// <summary>Parameters of <see cref="LspMethods.Progress"/>.</summary>
/// <param name="Token">Names the progress.</param>
/// <param name="Value">Its state.</param>
public sealed record ProgressParams(string Token, WorkDoneProgress Value);

/// <summary>State of a piece of work.</summary>
public sealed record WorkDoneProgress
{
    /// <summary><c>begin</c>, <c>report</c> or <c>end</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What is done; with <c>begin</c> only.</summary>
    public string? Title { get; init; }

    /// <summary>Details.</summary>
    public string? Message { get; init; }

    /// <summary>0..100.</summary>
    public int? Percentage { get; init; }
}
