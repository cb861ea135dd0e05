using LibGit2Sharp;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Which files of a repository may be learned from, and be shown in prompts that are learned from.</summary>
/// <remarks>
/// Ignore files count as they are now, for every commit, and for tracked files too: what somebody wants left out today was not
/// meant to be learned from yesterday. Not thread-safe.
/// </remarks>
internal sealed class FileRules(Repository repository, RepositorySettings settings)
{
    private readonly Dictionary<string, Exclusion?> _paths = new(StringComparer.Ordinal);

    /// <param name="path">Relative to the root, with forward slashes.</param>
    /// <returns>Null where the path is fine.</returns>
    public Exclusion? OfPath(string path)
    {
        if (!_paths.TryGetValue(path, out Exclusion? known))
        {
            _paths[path] = known = Judge(path);
        }

        return known;
    }

    /// <param name="text">All of a file: a part of a secret cannot be told from other text.</param>
    public static Exclusion? OfText(string text) =>
        SecretRules.HoldsSecret(text) ? Exclusion.Secret
        : GeneratedFiles.HasLongLine(text) ? Exclusion.LongLines
        : GeneratedFiles.IsGeneratedText(text) ? Exclusion.Generated
        : null;

    public static Exclusion? OfBlob(BlobText blob) => blob.Kind switch
    {
        BlobKind.Binary => Exclusion.Binary,
        BlobKind.TooLarge => Exclusion.TooLarge,
        BlobKind.LargeFilePointer => Exclusion.LargeFilePointer,
        BlobKind.Missing => Exclusion.Missing,
        _ => OfText(blob.Text!),
    };

    private Exclusion? Judge(string path) =>
        SecretRules.IsSecretPath(path) ? Exclusion.Secret
        : settings.Excludes(path) || repository.Ignore.IsPathIgnored(path) ? Exclusion.Ignored
        : GeneratedFiles.IsGeneratedPath(path) ? Exclusion.Generated
        : !RepositoryFiles.IsSource(path) ? Exclusion.NotSource
        : null;
}
