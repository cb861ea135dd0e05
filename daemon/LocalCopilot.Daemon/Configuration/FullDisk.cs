using System.Data.Common;

namespace LocalCopilot.Daemon.Configuration;

/// <summary>A disk with no room left behind an error: SQLite says "disk is full" of it, or several other things.</summary>
internal static class FullDisk
{
    /// <summary>With less than this there is no saying what could still be written.</summary>
    private const long LeastBytes = 1_000_000;

    /// <summary>ENOSPC and ERROR_DISK_FULL, as .NET passes them on.</summary>
    private const int NoSpaceOnUnix = 28, NoSpaceOnWindows = unchecked((int)0x80070070);

    /// <summary>The folder of these whose disk is the fullest, where that has caused the error or may have; null: another cause.</summary>
    /// <remarks>A file that did not fit is gone by now, and may have been larger than what counts as no room.</remarks>
    public static string? Behind(Exception error, params IReadOnlyList<string> folders)
    {
        if (error is not (DbException or IOException) || folders.Where(Directory.Exists).MinBy(Free) is not { } fullest)
        {
            return null;
        }

        return error is IOException { HResult: NoSpaceOnUnix or NoSpaceOnWindows } || Free(fullest) < LeastBytes ? fullest : null;

        static long Free(string folder) => new DriveInfo(folder).AvailableFreeSpace;
    }
}
