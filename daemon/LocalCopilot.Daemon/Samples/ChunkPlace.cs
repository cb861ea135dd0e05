using LibGit2Sharp;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Where a chunk of another file stands that goes into a sample's prompt.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="StartLine">Zero-based; with it <see cref="Completion.Context.Chunker"/> finds the chunk in the blob again.</param>
internal sealed record ChunkPlace(string Path, ObjectId Blob, int StartLine);
