using LibGit2Sharp;

namespace LocalCopilot.Daemon.Samples;

/// <summary>What a commit gave.</summary>
internal sealed record ReadCommit(ObjectId Id, DateTimeOffset When, IReadOnlyList<Sample> Samples, IReadOnlyDictionary<Exclusion, int> Excluded);
