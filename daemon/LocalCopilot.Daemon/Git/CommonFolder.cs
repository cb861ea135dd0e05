using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>The folder that all working trees of a repository have in common: it holds the objects, so it is what tells repositories apart.</summary>
internal static class CommonFolder
{
    /// <returns>Absolute, without a separator at its end.</returns>
    public static string Of(Repository repository)
    {
        string folder = repository.Info.Path;
        string pointer = Path.Combine(folder, "commondir");
        return Path.TrimEndingDirectorySeparator(File.Exists(pointer) ? Path.GetFullPath(File.ReadAllText(pointer).Trim(), folder) : Path.GetFullPath(folder));
    }
}
