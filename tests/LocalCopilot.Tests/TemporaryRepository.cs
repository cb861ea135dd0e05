using LibGit2Sharp;

namespace LocalCopilot.Tests;

/// <summary>A real git repository in a temporary folder.</summary>
internal sealed class TemporaryRepository : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-repository-");

    public TemporaryRepository() => Repository.Init(Root);

    public string Root => _folder.FullName;

    /// <summary>Writes a file; it is new until <see cref="Commit"/>.</summary>
    public void Write(string path, string text)
    {
        string file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public string Commit(string message = "Change")
    {
        using Repository repository = new(Root);
        Commands.Stage(repository, "*");
        Signature author = new("Somebody", "somebody@example.org", DateTimeOffset.UnixEpoch);
        return repository.Commit(message, author, author, new() { AllowEmptyCommit = true }).Sha;
    }

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
