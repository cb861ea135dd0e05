using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>The folder that all working trees of a repository have in common: it holds the objects, so it is what tells repositories apart.</summary>
internal static class CommonFolder
{
    private const string PointerStart = "gitdir:";

    /// <returns>Absolute, without a separator at its end.</returns>
    public static string Of(Repository repository) => Of(new DirectoryInfo(repository.Info.Path));

    /// <param name="root">Of a working tree; where there is none any more, what would have been its folder is given.</param>
    /// <returns>Absolute, without a separator at its end.</returns>
    public static string Of(string root)
    {
        string git = Path.Combine(Path.GetFullPath(root), ".git");
        if (File.Exists(git) && File.ReadLines(git).FirstOrDefault() is { } line && line.StartsWith(PointerStart, StringComparison.Ordinal))
        {
            // A linked working tree, or a submodule.
            git = Path.GetFullPath(line[PointerStart.Length..].Trim(), Path.GetFullPath(root));
        }

        return Of(new DirectoryInfo(git));
    }

    private static string Of(DirectoryInfo git)
    {
        string folder = git.FullName;
        string pointer = Path.Combine(folder, "commondir");
        return Path.TrimEndingDirectorySeparator(File.Exists(pointer) ? Path.GetFullPath(File.ReadAllText(pointer).Trim(), folder) : Path.GetFullPath(folder));
    }
}
