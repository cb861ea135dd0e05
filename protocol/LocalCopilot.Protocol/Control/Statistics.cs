namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LocalCopilotMethods.Statistics"/>.</summary>
public sealed record StatisticsParams
{
    /// <summary>File uri or path anywhere inside a repository; absent: all.</summary>
    public string? Repository { get; init; }

    /// <summary>From then on; absent: everything kept.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>Result of <see cref="LocalCopilotMethods.Statistics"/>.</summary>
/// <param name="Total">Everything.</param>
/// <param name="ByDay">By day, as <c>yyyy-MM-dd</c> of local time.</param>
/// <param name="ByLanguage">By LSP language id.</param>
/// <param name="ByAdapter">By adapter id; <c>none</c> is the base model.</param>
public sealed record StatisticsResult(
    CompletionStatistics Total,
    IReadOnlyDictionary<string, CompletionStatistics> ByDay,
    IReadOnlyDictionary<string, CompletionStatistics> ByLanguage,
    IReadOnlyDictionary<string, CompletionStatistics> ByAdapter);

/// <summary>What became of suggestions.</summary>
public sealed record CompletionStatistics
{
    /// <summary>Suggestions shown.</summary>
    public required int Shown { get; init; }

    /// <summary>Accepted whole.</summary>
    public required int Accepted { get; init; }

    /// <summary>Accepted in part.</summary>
    public required int PartiallyAccepted { get; init; }

    /// <summary>UTF-16 units that were accepted.</summary>
    public required long CharactersKept { get; init; }

    /// <summary>Accepted, whole or in part, of shown: 0..1; absent where none was shown.</summary>
    public double? AcceptanceRate { get; init; }

    /// <summary>From request to answer; absent where none was asked.</summary>
    public LatencyPercentiles? Latency { get; init; }
}

/// <summary>Milliseconds.</summary>
/// <param name="MedianMs">50th percentile.</param>
/// <param name="P95Ms">95th percentile.</param>
/// <param name="P99Ms">99th percentile.</param>
public sealed record LatencyPercentiles(double MedianMs, double P95Ms, double P99Ms);
