using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LocalCopilot.Daemon.Training;

/// <summary>Makes training yield to everything else.</summary>
internal static class LowPriority
{
    private const int Process = 0;
    private const int CallingThread = 0;

    /// <summary>The lowest "nice" that still gets a little of a busy machine.</summary>
    private const int Nice = 15;

    /// <summary>Runs something on a thread of its own that yields to everything else.</summary>
    public static Task<T> RunAsync<T>(Func<T> what) => Task.Factory.StartNew(
        () =>
        {
            EnterThread();
            return what();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>Lowers the calling thread and those that it starts; the whole process where the system knows no such thing. It is the first to end where memory runs out.</summary>
    public static void Enter()
    {
        if (OperatingSystem.IsLinux())
        {
            YieldMemory();
        }

        if (OperatingSystem.IsWindows())
        {
            using Process self = System.Diagnostics.Process.GetCurrentProcess();
            self.PriorityClass = ProcessPriorityClass.Idle;
            return;
        }

        // Refused only where it would be raised.
        _ = SetPriority(Process, CallingThread, Nice);
    }

    private static void YieldMemory()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A container may hide it. The system chooses then.
        }
    }

    private static void EnterThread()
    {
        if (OperatingSystem.IsWindows())
        {
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
        }
        else if (OperatingSystem.IsLinux())
        {
            // Elsewhere it would lower the whole process.
            _ = SetPriority(Process, CallingThread, Nice);
        }
    }

#pragma warning disable SYSLIB1054 // LibraryImport generates unsafe code, which this assembly does without.
#pragma warning disable CA5392 // libc is found by the loader.
    [DllImport("libc", EntryPoint = "setpriority", ExactSpelling = true)]
    private static extern int SetPriority(int which, int who, int priority);
#pragma warning restore CA5392, SYSLIB1054
}
