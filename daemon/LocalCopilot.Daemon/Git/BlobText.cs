using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>A file's text as it is in the repository, or why there is none.</summary>
/// <param name="Text">With LF and without a byte order mark, as prompts have it; null where it is not text.</param>
internal readonly record struct BlobText(string? Text, BlobKind Kind)
{
    private const string PointerStart = "version https://git-lfs.github.com/spec/";

    /// <param name="maxBytes">Larger ones are not read.</param>
    public static BlobText Read(Repository repository, ObjectId id, int maxBytes)
    {
        byte[] bytes;
        try
        {
            // The head says how long it is: what is too large is never read.
            GitObjectMetadata head = repository.ObjectDatabase.RetrieveObjectMetadata(id);
            if (head.Size > maxBytes)
            {
                return new(null, BlobKind.TooLarge);
            }

            if (repository.Lookup<Blob>(id) is not { } blob)
            {
                return new(null, BlobKind.Missing);
            }

            bytes = new byte[head.Size];
            using Stream stream = blob.GetContentStream();
            stream.ReadExactly(bytes);
        }
        catch (NotFoundException)
        {
            return new(null, BlobKind.Missing);
        }

        return SourceText.TryDecode(bytes) is not { } text ? new(null, BlobKind.Binary)
            : text.StartsWith(PointerStart, StringComparison.Ordinal) ? new(null, BlobKind.LargeFilePointer)
            : new(text.Replace("\r\n", "\n", StringComparison.Ordinal), BlobKind.Text);
    }
}

internal enum BlobKind
{
    Text,

    /// <summary>Not UTF-8.</summary>
    Binary,

    TooLarge,

    /// <summary>It stands for a file that is kept elsewhere (git LFS).</summary>
    LargeFilePointer,

    /// <summary>Not in the repository, as in a partial clone.</summary>
    Missing,
}
