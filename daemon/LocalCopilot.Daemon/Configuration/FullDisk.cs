using System.Data.Common;

namespace LocalCopilot.Daemon.Configuration;

/// <summary>A disk with no room left behind an error: SQLite says "disk is full" of it, or several other things.</summary>
internal static class FullDisk
{
    /// <summary>With less than this there is no saying what could still be written.</summary>
    private const long LeastBytes = 1_000_000;

    /// <summary>The first folder of these whose disk is full, where that may have caused the error; null: another cause.</summary>
    public static string? Behind(Exception error, params ReadOnlySpan<string> folders)
    {
        if (error is DbException or IOException)
        {
            foreach (string folder in folders)
            {
                if (Directory.Exists(folder) && new DriveInfo(folder).AvailableFreeSpace < LeastBytes)
                {
                    return folder;
                }
            }
        }

        return null;
    }
}
