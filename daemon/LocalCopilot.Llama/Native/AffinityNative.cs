using System.Runtime.InteropServices;

namespace LocalCopilot.Llama.Native;

/// <summary>Linux's own functions for the processors that a thread may run on. A mask has a bit for each processor.</summary>
internal static unsafe partial class AffinityNative
{
    /// <param name="thread">Thread or process; 0: the calling thread.</param>
    /// <returns>Negative when it failed.</returns>
    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Get(int thread, nuint bytes, ulong* mask);

    /// <inheritdoc cref="Get"/>
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Set(int thread, nuint bytes, ulong* mask);
}
