using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Adapters;

/// <summary>How one round of learning ended.</summary>
/// <param name="Repository">See <see cref="Git.RepositoryKey"/>.</param>
/// <param name="Head">The newest commit that it saw.</param>
/// <param name="Fresh">Whether it began from the base model.</param>
/// <param name="TokensPerSecond">Trained; null: it did not train.</param>
internal sealed record LearningRound(string Repository, string ModelFingerprint, DateTimeOffset Ended, AdaptationOutcome Outcome, string Reason, string Head, bool Fresh, double? TokensPerSecond);
