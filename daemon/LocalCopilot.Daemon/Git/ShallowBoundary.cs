using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>Where a shallow clone ends.</summary>
internal static class ShallowBoundary
{
    /// <summary>Ids of the commits whose parents were not fetched; libgit2 gives them without parents, like a history's first.</summary>
    public static HashSet<string> Of(Repository repository)
    {
        string file = Path.Combine(CommonFolder.Of(repository), "shallow");
        return File.Exists(file) ? new(File.ReadLines(file).Select(line => line.Trim()), StringComparer.Ordinal) : [];
    }
}
