namespace LocalCopilot.Daemon.Statistics;

/// <summary>A completion that an editor waits for.</summary>
/// <param name="Started">Timestamp of its request.</param>
internal readonly record struct AskedCompletion(string Language, string? Repository, long Started);
