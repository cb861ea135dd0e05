using System.Diagnostics;

namespace LocalCopilot.Tests.Training;

/// <summary>Programs and libraries from npm that tests compare with; each folder has its own package.json, and <c>npm ci</c> fills it.</summary>
internal static class NodeTool
{
    /// <summary>A folder of <c>tests</c> whose packages are installed.</summary>
    public static string Folder(string name)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "tests", name, "package.json")))
        {
            root = Path.GetDirectoryName(root);
        }

        Requirement.Holds(root is not null && Directory.Exists(Path.Combine(root, "tests", name, "node_modules")), $"npm packages (npm ci in tests/{name})");
        return Path.Combine(root!, "tests", name);
    }

    /// <summary>Runs a script.</summary>
    /// <returns>What it prints.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string folder, string script, params string[] arguments)
    {
        ProcessStartInfo start = new("node", [Path.Combine(Folder(folder), script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(await error);
    }
}
