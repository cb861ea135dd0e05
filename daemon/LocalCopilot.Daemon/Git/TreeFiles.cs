using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>The files of a tree and of the trees in it; links and submodules are left out.</summary>
internal static class TreeFiles
{
    /// <returns>Paths relative to the root, with forward slashes, always in the same order.</returns>
    public static IEnumerable<(string Path, ObjectId Blob)> Of(Tree? tree)
    {
        foreach (TreeEntry entry in tree ?? Enumerable.Empty<TreeEntry>())
        {
            if (entry.TargetType == TreeEntryTargetType.Tree)
            {
                foreach (var file in Of((Tree)entry.Target))
                {
                    yield return file;
                }
            }
            else if (IsFile(entry.Mode))
            {
                yield return (entry.Path, entry.Target.Id);
            }
        }
    }

    public static bool IsFile(Mode mode) => mode is Mode.NonExecutableFile or Mode.ExecutableFile or Mode.NonExecutableGroupWritableFile;
}
