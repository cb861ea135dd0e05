using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>Which files a commit added or changed, against its parent or an older commit. Renames are followed; links, submodules and deleted files are left out.</summary>
internal static class CommitChanges
{
    private static readonly CompareOptions WithoutRenames = new() { Similarity = SimilarityOptions.None };
    private static readonly CompareOptions WithRenames = new() { Similarity = SimilarityOptions.Renames };

    /// <param name="commit">Not a merge, and not cut off.</param>
    /// <param name="mostFiles">A commit that changes more is not looked at further.</param>
    /// <returns>Null where it changes more.</returns>
    /// <exception cref="NotFoundException">Something of it is not in the repository.</exception>
    public static IReadOnlyList<ChangedFile>? Of(Repository repository, HistoryCommit commit, int mostFiles)
    {
        Tree tree = TreeOf(repository, commit.Id);
        return Between(repository, commit.Parents.Count == 0 ? null : TreeOf(repository, commit.Parents[0]), tree, mostFiles);
    }

    /// <param name="older">A commit, not only a parent.</param>
    /// <exception cref="NotFoundException">Something of them is not in the repository.</exception>
    public static IReadOnlyList<ChangedFile> Between(Repository repository, ObjectId older, ObjectId commit) =>
        Between(repository, TreeOf(repository, older), TreeOf(repository, commit), int.MaxValue)!;

    /// <summary>Lines that are gone from some source file, without blanks around them: one that is new elsewhere may have been moved.</summary>
    /// <param name="older">A commit, not only a parent.</param>
    /// <exception cref="NotFoundException">Something of them is not in the repository.</exception>
    public static IReadOnlySet<string> RemovedLines(Repository repository, ObjectId older, ObjectId commit)
    {
        using Patch patch = repository.Diff.Compare<Patch>(TreeOf(repository, older), TreeOf(repository, commit), WithoutRenames);
        return patch.Where(file => RepositoryFiles.IsSource(file.OldPath)).SelectMany(file => file.DeletedLines).Select(line => line.Content.Trim()).ToHashSet(StringComparer.Ordinal);
    }

    private static ChangedFile[]? Between(Repository repository, Tree? before, Tree tree, int mostFiles)
    {
        using TreeChanges changes = repository.Diff.Compare<TreeChanges>(before, tree, WithoutRenames);
        if (changes.Count > mostFiles)
        {
            return null;
        }

        if (!changes.Deleted.Any() || !changes.Added.Any())
        {
            return Files(changes);
        }

        using TreeChanges renames = repository.Diff.Compare<TreeChanges>(before, tree, WithRenames);
        return Files(renames);
    }

    private static Tree TreeOf(Repository repository, ObjectId commit) =>
        repository.Lookup<Commit>(commit)?.Tree ?? throw new NotFoundException($"There is no commit {commit}.");

    private static ChangedFile[] Files(TreeChanges changes) =>
    [
        .. changes
            .Where(change => change.Exists && TreeFiles.IsFile(change.Mode) && change.Status is not ChangeKind.Unmodified)
            .Select(change => new ChangedFile(
                change.Path,
                change.OldExists ? change.OldPath : change.Path,
                change.Oid,
                change.OldExists && TreeFiles.IsFile(change.OldMode) ? change.OldOid : null))
            .Where(file => file.Blob != file.OldBlob),
    ];
}
