namespace LocalCopilot.Daemon.Git;

/// <summary>The working trees of a repository: its own, and those that <c>git worktree add</c> has made.</summary>
internal static class WorkingTrees
{
    /// <param name="root">Of one of them; it need not exist any more.</param>
    /// <returns>Their roots, without a separator at their ends; the one that was given is the first.</returns>
    public static IReadOnlyList<string> Of(string root)
    {
        List<string> roots = [root];
        string common = CommonFolder.Of(root);
        if (Path.GetFileName(common) == ".git")
        {
            roots.Add(Path.GetDirectoryName(common)!);
        }

        string linked = Path.Combine(common, "worktrees");
        if (Directory.Exists(linked))
        {
            // Each names the .git file of its working tree.
            roots.AddRange(Directory.EnumerateFiles(linked, "gitdir", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
                .Select(file => Path.GetDirectoryName(Path.GetFullPath(File.ReadAllText(file).Trim(), Path.GetDirectoryName(file)!))!));
        }

        return [.. roots.Distinct()];
    }
}
