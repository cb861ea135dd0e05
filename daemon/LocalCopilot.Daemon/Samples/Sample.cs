using LibGit2Sharp;

namespace LocalCopilot.Daemon.Samples;

/// <summary>A place in a version of a file, and what was written there. It holds no text: that stays in the repository.</summary>
/// <param name="Id">In the store; 0: not stored yet.</param>
/// <param name="Commit">The commit that wrote it, or whose tree it was found in.</param>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="OldPath">Where the file was in the commit's parent.</param>
/// <param name="Blob">The file's version.</param>
/// <param name="Middle">Its place in <see cref="Git.BlobText"/> of the blob.</param>
/// <param name="Signature">See <see cref="MinHash"/>.</param>
internal sealed record Sample(long Id, ObjectId Commit, string Path, string OldPath, ObjectId Blob, Middle Middle, SampleSource Source, ulong[] Signature)
{
    /// <summary>Stays the same when commits get other ids.</summary>
    public ulong Key => StableHash.Of(Signature);
}

internal enum SampleSource
{
    /// <summary>Lines that the commit added.</summary>
    Commit,

    /// <summary>Any lines of a file as it was at the commit.</summary>
    Tree,
}
