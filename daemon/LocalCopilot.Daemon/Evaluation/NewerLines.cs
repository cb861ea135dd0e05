using LibGit2Sharp;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>Which lines of a working tree were written after some commit, and committed; those that were only moved are not.</summary>
/// <remarks>Files that were changed since they were committed are left out: their lines are not those of the commit. Not thread-safe; the repository is the caller's.</remarks>
internal sealed class NewerLines
{
    private readonly Repository _repository;
    private readonly Dictionary<string, ChangedFile> _files;
    private readonly IReadOnlySet<string> _removed;

    /// <param name="after">Of what is checked out, an older commit.</param>
    /// <exception cref="LibGit2SharpException">The repository is damaged.</exception>
    public NewerLines(Repository repository, ObjectId after)
    {
        ObjectId head = repository.Head.Tip.Id;
        _repository = repository;
        _removed = CommitChanges.RemovedLines(repository, after, head);
        _files = CommitChanges.Between(repository, after, head).ToDictionary(file => file.Path, StringComparer.Ordinal);
    }

    /// <param name="path">Relative to the root, with forward slashes.</param>
    public bool IsChanged(string path) => _files.ContainsKey(path);

    /// <summary>Zero-based.</summary>
    /// <param name="text">The file as it is in the working tree.</param>
    public IReadOnlySet<int> Of(string path, string text)
    {
        HashSet<int> newer = [];
        if (_files.TryGetValue(path, out ChangedFile? file) && BlobText.Read(_repository, file.Blob, int.MaxValue).Text == text.Replace("\r\n", "\n", StringComparison.Ordinal))
        {
            Blob? old = file.OldBlob is null ? null : _repository.Lookup<Blob>(file.OldBlob);
            string[] lines = text.Split('\n');
            foreach (AddedLines added in AddedLines.Of(_repository, old, _repository.Lookup<Blob>(file.Blob)))
            {
                newer.UnionWith(Enumerable.Range(added.Start, added.Count).Where(line => !_removed.Contains(lines[line].Trim())));
            }
        }

        return newer;
    }
}
