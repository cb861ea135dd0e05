using System.Diagnostics;
using System.Globalization;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Processes of the executable, looked up in /proc.</summary>
internal static class Processes
{
    private const string Name = "localcopilot";

    /// <summary>Kills the workers of a sandbox's daemon.</summary>
    public static void KillWorkersOf(Sandbox sandbox)
    {
        foreach (Process process in Process.GetProcessesByName(Name))
        {
            using (process)
            {
                string arguments = Read(process.Id, "cmdline");
                if (arguments.Contains("worker", StringComparison.Ordinal) && arguments.Contains(sandbox.Paths.RunDirectory, StringComparison.Ordinal))
                {
                    process.Kill();
                }
            }
        }
    }

    /// <summary>Whether any runs in a sandbox.</summary>
    public static bool AnyIn(Sandbox sandbox) => Find(process => Read(process, "environ").Contains(sandbox.Root, StringComparison.Ordinal)).Length > 0;

    public static int[] ChildrenOf(int parent) => Find(process => ParentOf(process) == parent);

    private static int[] Find(Func<int, bool> isMeant)
    {
        Process[] all = Process.GetProcessesByName(Name);
        int[] found = [.. all.Select(process => process.Id).Where(isMeant)];
        foreach (Process process in all)
        {
            process.Dispose();
        }

        return found;
    }

    /// <returns>0: it has ended.</returns>
    private static int ParentOf(int process)
    {
        const string Label = "PPid:";
        string? line = Read(process, "status").Split('\n').FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal));
        return line is null ? 0 : int.Parse(line.AsSpan(Label.Length), CultureInfo.InvariantCulture);
    }

    /// <returns>Nothing of one that has ended meanwhile or is somebody else's.</returns>
    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
