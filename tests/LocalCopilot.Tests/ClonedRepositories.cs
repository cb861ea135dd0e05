namespace LocalCopilot.Tests;

/// <summary>Clones of the shared repositories, with their working trees, for the tests of a class.</summary>
public sealed class ClonedRepositories : IDisposable
{
    private static readonly string[] SourceExtensions = [".cs", ".py", ".ts", ".js"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-clones-");

    /// <param name="name">sep, datasette or vscode-languageserver-node.</param>
    /// <returns>The clone's root.</returns>
    internal string Clone(string name)
    {
        string root = Path.Combine(_folder.FullName, name);
        if (!Directory.Exists(root))
        {
            SharedFiles.Clone(name, root);
        }

        return root;
    }

    /// <summary>Paths of source files of all three, always in the same order.</summary>
    internal IReadOnlyList<string> SourceFiles() =>
    [
        .. ((string[])["sep", "datasette", "vscode-languageserver-node"]).Select(Clone)
            .SelectMany(root => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            .Where(file => SourceExtensions.Contains(Path.GetExtension(file)) && !file.Contains($"{Path.DirectorySeparatorChar}.git{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose()
    {
        foreach (FileInfo file in _folder.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            // Git makes its objects read-only, which keeps them from being deleted on Windows.
            file.Attributes = FileAttributes.Normal;
        }

        _folder.Delete(recursive: true);
    }
}
