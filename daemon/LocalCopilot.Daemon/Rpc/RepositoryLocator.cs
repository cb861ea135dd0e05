using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Finds the repository that a file belongs to.</summary>
internal static class RepositoryLocator
{
    /// <summary>The local path that a file uri or a path names; null for other schemes.</summary>
    public static string? PathOf(string uriOrPath)
    {
        if (Path.IsPathFullyQualified(uriOrPath))
        {
            return uriOrPath;
        }

        return Uri.TryCreate(uriOrPath, UriKind.Absolute, out Uri? uri) && uri.IsFile ? uri.LocalPath : null;
    }

    /// <summary>The nearest folder above that holds <c>.git</c>, else the workspace's folder, else null.</summary>
    public static string? RootOf(string? path, IEnumerable<WorkspaceFolder> folders)
    {
        for (string? folder = path; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            string git = Path.Combine(folder, ".git");
            if (Directory.Exists(git) || File.Exists(git))
            {
                return folder;
            }
        }

        return path is null ? null : folders.Select(folder => PathOf(folder.Uri)).OfType<string>()
            .Where(folder => path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .MaxBy(folder => folder.Length);
    }
}
