using System.Globalization;

namespace LocalCopilot.Daemon.Models;

/// <summary>Memory that a model could take now.</summary>
internal static class FreeMemory
{
    private const string LinuxTable = "/proc/meminfo";

    /// <returns>In bytes; 0 where the system does not say.</returns>
    public static long Read()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        long limit = memory.TotalAvailableMemoryBytes;
        if (OperatingSystem.IsLinux() && Available() is { } available)
        {
            // In a container the limit is lower than what the machine has.
            return Math.Min(available, limit);
        }

        return Math.Max(0, limit - memory.MemoryLoadBytes);
    }

    private static long? Available()
    {
        try
        {
            foreach (string line in File.ReadLines(LinuxTable))
            {
                if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
                {
                    return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            // Not told.
        }

        return null;
    }
}
