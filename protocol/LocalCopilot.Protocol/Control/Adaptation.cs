using System.Text.Json.Serialization;

namespace LocalCopilot.Protocol;

/// <summary>What LocalCopilot does for one repository.</summary>
public sealed record RepositoryStatus
{
    /// <summary>Its root folder.</summary>
    public required string Root { get; init; }

    /// <summary>Commit that is checked out; absent where there is none yet.</summary>
    public string? Head { get; init; }

    /// <summary>What is going on.</summary>
    public required RepositoryState State { get; init; }

    /// <summary>Why, where that is not plain.</summary>
    public string? Reason { get; init; }

    /// <summary>Samples since the last training.</summary>
    public required int NewSamples { get; init; }

    /// <summary>Samples that the next training waits for.</summary>
    public required int SamplesNeeded { get; init; }

    /// <summary>The active adapter.</summary>
    public Adapter? Adapter { get; init; }

    /// <summary>Of what runs.</summary>
    public AdaptationProgress? Progress { get; init; }
}

/// <summary>What is going on in a repository.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<RepositoryState>))]
public enum RepositoryState
{
    /// <summary>Waits for commits.</summary>
    Watching,

    /// <summary>Makes samples.</summary>
    Collecting,

    /// <summary>Trains.</summary>
    Training,

    /// <summary>Training waits.</summary>
    Paused,

    /// <summary>Measures a candidate.</summary>
    Evaluating,

    /// <summary>Turned off.</summary>
    Disabled,
}

/// <summary>How far collecting, training or evaluating is.</summary>
/// <param name="Step">Done: commits and samples, steps of the optimizer, or measured edits.</param>
/// <param name="Steps">In all.</param>
/// <param name="Loss">Mean loss lately, in nats a token; while it trains.</param>
/// <param name="TokensPerSecond">Tokens trained a second, lately; while it trains.</param>
/// <param name="RemainingMs">Estimated; absent while nobody can say.</param>
public sealed record AdaptationProgress(int Step, int Steps, double? Loss = null, double? TokensPerSecond = null, long? RemainingMs = null);

/// <summary>Parameters of <see cref="LocalCopilotMethods.Adapt"/>.</summary>
public sealed record AdaptParams
{
    /// <summary>File uri or path anywhere inside the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>Train even with fewer samples than needed; absent: false.</summary>
    public bool? Force { get; init; }

    /// <summary>What training starts from; absent: the active adapter.</summary>
    public AdaptationStart? From { get; init; }

    /// <summary>Time that training may take.</summary>
    public long? BudgetMs { get; init; }

    /// <summary>A commit: history after it does not exist for this run.</summary>
    public string? Until { get; init; }

    /// <summary>Token of LSP's work-done progress.</summary>
    public string? WorkDoneToken { get; init; }
}

/// <summary>What training starts from.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<AdaptationStart>))]
public enum AdaptationStart
{
    /// <summary>The active adapter.</summary>
    Active,

    /// <summary>The base model.</summary>
    Base,
}

/// <summary>Result of <see cref="LocalCopilotMethods.Adapt"/>, when it has ended.</summary>
public sealed record AdaptationResult
{
    /// <summary>How it ended.</summary>
    public required AdaptationOutcome Outcome { get; init; }

    /// <summary>Why, for people.</summary>
    public required string Reason { get; init; }

    /// <summary>The adapter that was trained.</summary>
    public Adapter? Adapter { get; init; }

    /// <summary>What was trained and measured on.</summary>
    public required SampleCounts Samples { get; init; }

    /// <summary>What was measured.</summary>
    public Evaluation? Evaluation { get; init; }

    /// <summary>Tokens trained.</summary>
    public required long TrainedTokens { get; init; }

    /// <summary>Time it took.</summary>
    public required long DurationMs { get; init; }
}

/// <summary>How an adaptation ended.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<AdaptationOutcome>))]
public enum AdaptationOutcome
{
    /// <summary>Better, and active now.</summary>
    Activated,

    /// <summary>Not better; kept, never served.</summary>
    Rejected,

    /// <summary>Too little to learn from.</summary>
    NotEnoughSamples,

    /// <summary>Nothing new.</summary>
    UpToDate,

    /// <summary>Cancelled; the next one carries on.</summary>
    Cancelled,

    /// <summary>An error ended it.</summary>
    Failed,
}

/// <summary>Samples of an adaptation.</summary>
/// <param name="Used">Trained on.</param>
/// <param name="HeldOut">Measured on.</param>
/// <param name="Excluded">Left out, by reason.</param>
public sealed record SampleCounts(int Used, int HeldOut, IReadOnlyDictionary<string, int> Excluded);

/// <summary>What the gate measured.</summary>
public sealed record Evaluation
{
    /// <summary>Held-out items.</summary>
    public required int Items { get; init; }

    /// <summary>The base model.</summary>
    public required Score Base { get; init; }

    /// <summary>The adapter that was active.</summary>
    public Score? Active { get; init; }

    /// <summary>The new adapter.</summary>
    public required Score Candidate { get; init; }

    /// <summary>General code.</summary>
    public required CanaryScores Canary { get; init; }
}

/// <summary>Scores on general code, which must not be forgotten.</summary>
/// <param name="Base">The base model.</param>
/// <param name="Candidate">The new adapter.</param>
public sealed record CanaryScores(Score Base, Score Candidate);

/// <summary>How well code is predicted.</summary>
/// <param name="BitsPerByte">Bits a byte; lower is better.</param>
/// <param name="ExactMatch">Fraction 0..1.</param>
/// <param name="EditSimilarity">Mean, as a fraction 0..1.</param>
public sealed record Score(double BitsPerByte, double ExactMatch, double EditSimilarity);
