using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>A commit of a repository's history.</summary>
/// <param name="When">When it was committed; clocks may have been wrong.</param>
/// <param name="Parents">Those that are in the repository.</param>
/// <param name="IsCutOff">It has a parent that is not in the repository, as in a shallow clone: what it changed cannot be known.</param>
internal sealed record HistoryCommit(ObjectId Id, DateTimeOffset When, IReadOnlyList<ObjectId> Parents, bool IsCutOff)
{
    public bool IsMerge => Parents.Count > 1;
}
