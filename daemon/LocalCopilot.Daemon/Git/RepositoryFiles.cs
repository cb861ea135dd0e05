using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>The files of a repository's working tree that may be read: tracked, or new and not ignored, and excluded by no rule.</summary>
internal static class RepositoryFiles
{
    /// <summary>Files of a folder without git, at most.</summary>
    private const int MostPlainFiles = 20_000;

    private static readonly HashSet<string> SourceExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".cs", ".py", ".pyi", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".go", ".rs", ".java", ".kt", ".kts", ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp",
        ".rb", ".php", ".swift", ".lua", ".sh", ".bash", ".sql", ".scala", ".fs", ".fsx", ".vb", ".dart", ".ex", ".exs", ".hs", ".ml", ".r", ".jl", ".pl", ".ps1", ".vue", ".svelte",
    };

    public static bool IsSource(string path) => SourceExtensions.Contains(Path.GetExtension(path));

    /// <summary>Paths relative to the root, with forward slashes, of source files.</summary>
    /// <exception cref="LibGit2SharpException">The repository is damaged.</exception>
    public static IReadOnlyList<string> List(string root, RepositorySettings settings) =>
    [
        .. Candidates(root)
            .Where(path => IsSource(path) && !GeneratedFiles.IsGeneratedPath(path) && !SecretRules.IsSecretPath(path) && !settings.Excludes(path))
            .Distinct(StringComparer.Ordinal),
    ];

    private static List<string> Candidates(string root)
    {
        if (!Repository.IsValid(root))
        {
            return PlainFiles(root);
        }

        using Repository repository = new(root);
        if (repository.Info.IsBare)
        {
            return [];
        }

        string[] tracked = [.. repository.Index.Where(entry => entry.Mode is Mode.NonExecutableFile or Mode.ExecutableFile).Select(entry => entry.Path)];
        RepositoryStatus status = repository.RetrieveStatus(new StatusOptions
        {
            Show = StatusShowOption.WorkDirOnly,
            IncludeIgnored = false,
            ExcludeSubmodules = true,
            DetectRenamesInIndex = false,
            DetectRenamesInWorkDir = false,
        });
        return [.. tracked, .. status.Untracked.Select(entry => entry.FilePath)];
    }

    private static List<string> PlainFiles(string root)
    {
        List<string> files = [];
        Queue<string> folders = new([root]);
        EnumerationOptions options = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden };
        while (folders.TryDequeue(out string? folder) && files.Count < MostPlainFiles)
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*", options))
            {
                files.Add(Path.GetRelativePath(root, file).Replace('\\', '/'));
            }

            foreach (string child in Directory.EnumerateDirectories(folder, "*", options))
            {
                if (!GeneratedFiles.IsGeneratedPath(Path.GetRelativePath(root, child).Replace('\\', '/') + "/_"))
                {
                    folders.Enqueue(child);
                }
            }
        }

        return files;
    }
}
