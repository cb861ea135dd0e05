using System.Globalization;

namespace LocalCopilot.Daemon.Engine;

/// <summary>What the processors have done until now.</summary>
/// <param name="All">Time that they computed since the machine started, added up.</param>
/// <param name="Own">The part of it that this process has computed.</param>
/// <param name="GivingWay">The part of it that programs of lower priority ("nice") have computed, the training worker among them.</param>
/// <param name="Running">Threads of all programs that compute or want to at this instant, the one that asks among them.</param>
internal readonly record struct ProcessorUse(TimeSpan All, TimeSpan Own, TimeSpan GivingWay, int Running)
{
    private const double TicksPerSecond = 100;

    /// <summary>The use until now; null on systems where it is not known.</summary>
    public static ProcessorUse? Read()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // proc(5): "cpu user nice system idle iowait irq softirq steal ...", in hundredths of a second whatever the kernel's own clock is.
        using StreamReader file = new("/proc/stat");
        string[] fields = (file.ReadLine() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 9)
        {
            return null;
        }

        long Ticks(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);
        long all = Ticks(1) + Ticks(2) + Ticks(3) + Ticks(6) + Ticks(7) + Ticks(8);

        // "0.20 0.18 0.12 1/80 11206": the fourth is runnable threads, of all threads.
        string load = File.ReadAllText("/proc/loadavg").Split(' ')[3];
        int running = int.Parse(load.AsSpan(0, load.IndexOf('/', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
        return new(TimeSpan.FromSeconds(all / TicksPerSecond), Environment.CpuUsage.TotalTime, TimeSpan.FromSeconds(Ticks(2) / TicksPerSecond), running);
    }
}
