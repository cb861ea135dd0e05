using System.Diagnostics;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>Disks as the operating system makes them, read-only or full: not even root can write there.</summary>
internal static class MountedDisk
{
    /// <summary>Runs the executable to its end, and with it the daemon that it starts, where other disks are mounted.</summary>
    /// <param name="mounts">A shell script; the sandbox's folder is the working directory.</param>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(Sandbox sandbox, string mounts, CancellationToken cancellationToken, params string[] arguments)
    {
        Requirement.Holds(OperatingSystem.IsLinux() && File.Exists("/usr/bin/unshare"), "needs Linux and unshare, for disks that are full or read-only");
        return await EndAsync(sandbox.StartProgram("/usr/bin/unshare", ["--mount", "--map-root-user", "/bin/sh", "-c", $"set -e; cd \"$HOME\"; {mounts}; exec \"$0\" \"$@\"", Sandbox.Executable, .. arguments]), cancellationToken);
    }

    /// <summary>Makes room on the disks that a daemon keeps its files on.</summary>
    public static async Task EnlargeAsync(Sandbox sandbox, int daemon, CancellationToken cancellationToken)
    {
        var (exitCode, _, error) = await EndAsync(
            sandbox.StartProgram("/usr/bin/nsenter", ["--target", $"{daemon}", "--mount", "--user", "/bin/sh", "-c", "cd \"$HOME\" && for folder in data state; do mount -o remount,size=500m $folder; done"]),
            cancellationToken);
        Assert.True(exitCode == 0, error);
    }

    private static async Task<(int ExitCode, string Output, string Error)> EndAsync(Process started, CancellationToken cancellationToken)
    {
        using Process process = started;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
