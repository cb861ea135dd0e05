using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>A file that a commit added or changed.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="OldPath">Its path before, where the commit renamed it; else the same.</param>
/// <param name="OldBlob">Null for a new file.</param>
internal sealed record ChangedFile(string Path, string OldPath, ObjectId Blob, ObjectId? OldBlob);
