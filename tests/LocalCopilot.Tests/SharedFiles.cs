using System.Diagnostics;

namespace LocalCopilot.Tests;

/// <summary>Large files that lie beside the project and not in it: a second model, and real repositories as git bundles.</summary>
/// <remarks>Found in a folder <c>shared</c> above the tests, or where LOCALCOPILOT_SHARED says. A test that needs one that is absent is skipped.</remarks>
internal static class SharedFiles
{
    public static string SmolLm2 => Require("models", "SmolLM2-135M-Instruct.Q4_1.gguf");

    public static IReadOnlyList<string> Bundles => [.. ((string[])["sep", "datasette", "vscode-languageserver-node"]).Select(Bundle)];

    /// <param name="name">sep, datasette or vscode-languageserver-node.</param>
    public static string Bundle(string name) => Require("repositories", name + ".bundle");

    /// <summary>Clones a repository with git's own command line.</summary>
    public static void Clone(string name, string root)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", ["clone", "--quiet", Bundle(name), root]) { RedirectStandardError = true })!;
        string error = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, error);
    }

    private static string Require(params string[] path)
    {
        string name = Path.Combine(path);
        string? file = Folders().Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Requirement.Holds(file is not null, $"needs {name} in a folder 'shared' beside the project, or in LOCALCOPILOT_SHARED");
        return file!;
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("LOCALCOPILOT_SHARED") is { Length: > 0 } folder)
        {
            yield return folder;
        }

        for (DirectoryInfo? above = new(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            yield return Path.Combine(above.FullName, "shared");
        }
    }
}
