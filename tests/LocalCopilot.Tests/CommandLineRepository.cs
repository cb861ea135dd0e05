using System.Diagnostics;
using System.Globalization;
using LibGit2Sharp;

namespace LocalCopilot.Tests;

/// <summary>A repository made by git's own command line, for what LibGit2Sharp cannot make: shallow and partial clones, worktrees, submodules, rebases.</summary>
/// <remarks>Commits are a minute apart, always the same. No settings of the machine's user or system count.</remarks>
internal sealed class CommandLineRepository : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-git-");

    public CommandLineRepository()
    {
        Directory.CreateDirectory(Root);
        Git("init", "--quiet", "--initial-branch=main");
    }

    public string Root => Path.Combine(_folder.FullName, "repository");

    /// <summary>When the next commit is made.</summary>
    public DateTimeOffset Now { get; set; } = Begin;

    /// <summary>A folder beside the repository, deleted with it; not made yet.</summary>
    public string Beside(string name) => Path.Combine(_folder.FullName, name);

    public string Git(params string[] arguments) => GitIn(Root, null, arguments);

    /// <param name="input">Writes what the command reads; null: nothing.</param>
    public string GitIn(string folder, Action<StreamWriter>? input, params string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string date = Now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
        foreach (var (name, value) in ((string, string)[])
        [
            ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", Path.Combine(_folder.FullName, "no-settings")), ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_AUTHOR_NAME", "Somebody"), ("GIT_AUTHOR_EMAIL", "somebody@example.org"), ("GIT_AUTHOR_DATE", date),
            ("GIT_COMMITTER_NAME", "Somebody"), ("GIT_COMMITTER_EMAIL", "somebody@example.org"), ("GIT_COMMITTER_DATE", date),
            ("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "protocol.file.allow"), ("GIT_CONFIG_VALUE_0", "always"),
        ])
        {
            start.Environment[name] = value;
        }

        using Process git = Process.Start(start)!;
        Task<string> error = git.StandardError.ReadToEndAsync();
        input?.Invoke(git.StandardInput);
        git.StandardInput.Close();
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult()}");
        return output.TrimEnd();
    }

    public void Write(string path, string text)
    {
        string file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>Commits everything that is in the working tree.</summary>
    /// <returns>The commit's id.</returns>
    public string Commit(string message = "Change")
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "--message", message);
        Now = Now.AddMinutes(1);
        return Git("rev-parse", "HEAD");
    }

    public string CommitFile(string path, string text, string message = "Change")
    {
        Write(path, text);
        return Commit(message);
    }

    public Repository Open() => new(Root);

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
