using System.Diagnostics;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Processes of the executable, looked up in /proc.</summary>
internal static class Processes
{
    /// <summary>Kills the workers of a sandbox's daemon.</summary>
    public static void KillWorkersOf(Sandbox sandbox)
    {
        foreach (Process process in Process.GetProcessesByName("localcopilot"))
        {
            using (process)
            {
                string arguments = ArgumentsOf(process);
                if (arguments.Contains("worker", StringComparison.Ordinal) && arguments.Contains(sandbox.Paths.RunDirectory, StringComparison.Ordinal))
                {
                    process.Kill();
                }
            }
        }
    }

    private static string ArgumentsOf(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }
}
