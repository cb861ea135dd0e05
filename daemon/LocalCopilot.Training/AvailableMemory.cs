using System.Globalization;
using LocalCopilot.Llama;

namespace LocalCopilot.Training;

/// <summary>Memory that training may take.</summary>
internal static class AvailableMemory
{
    /// <summary>The rest is for what other programs take meanwhile.</summary>
    private const double Share = 0.8;

    /// <param name="device">What computes; null: the processor.</param>
    /// <returns>Bytes.</returns>
    public static long Of(LlamaDevice? device)
    {
        long free = OfSystem();
        return (long)(Share * Math.Max(0, device is { Kind: LlamaDeviceKind.Gpu, FreeBytes: > 0 } ? Math.Min(free, device.FreeBytes) : free));
    }

    private static long OfSystem()
    {
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        long free = memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes;
        if (OperatingSystem.IsLinux()
            && File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture, out long kilobytes))
        {
            // In a container the limit is lower than what the machine has.
            free = Math.Min(kilobytes * 1024, memory.TotalAvailableMemoryBytes);
        }

        return free;
    }
}
