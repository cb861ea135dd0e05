using LibGit2Sharp;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Which lines of a working tree were added after some commit, and committed.</summary>
/// <remarks>Files that were changed since they were committed are left out: their lines are not those of the commit. Not thread-safe; the repository is the caller's.</remarks>
internal sealed class NewerLines
{
    private readonly Repository _repository;
    private readonly Dictionary<string, ChangedFile> _files;

    /// <param name="after">Of what is checked out, an older commit.</param>
    /// <exception cref="LibGit2SharpException">The repository is damaged.</exception>
    public NewerLines(Repository repository, ObjectId after)
    {
        _repository = repository;
        _files = CommitChanges.Between(repository, after, repository.Head.Tip.Id).ToDictionary(file => file.Path, StringComparer.Ordinal);
    }

    /// <param name="path">Relative to the root, with forward slashes.</param>
    public bool IsChanged(string path) => _files.ContainsKey(path);

    /// <summary>Zero-based.</summary>
    /// <param name="text">The file as it is in the working tree.</param>
    public IReadOnlySet<int> Of(string path, string text)
    {
        HashSet<int> lines = [];
        if (_files.TryGetValue(path, out ChangedFile? file) && BlobText.Read(_repository, file.Blob, int.MaxValue).Text == text.Replace("\r\n", "\n", StringComparison.Ordinal))
        {
            Blob? old = file.OldBlob is null ? null : _repository.Lookup<Blob>(file.OldBlob);
            foreach (AddedLines added in AddedLines.Of(_repository, old, _repository.Lookup<Blob>(file.Blob)))
            {
                lines.UnionWith(Enumerable.Range(added.Start, added.Count));
            }
        }

        return lines;
    }
}
