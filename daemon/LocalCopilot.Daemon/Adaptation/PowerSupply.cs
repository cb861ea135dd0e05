using System.Runtime.InteropServices;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Whether the machine runs on its battery.</summary>
internal static class PowerSupply
{
    private const string Folder = "/sys/class/power_supply";

    /// <returns>False where there is no battery, and where it is not known (macOS).</returns>
    public static bool IsOnBattery() =>
        OperatingSystem.IsLinux() ? IsOnBattery(Folder)
        : OperatingSystem.IsWindows() && GetSystemPowerStatus(out SystemPowerStatus status) && status.LineStatus == 0;

    /// <param name="folder">As Linux describes power supplies, see Documentation/ABI/testing/sysfs-class-power.</param>
    internal static bool IsOnBattery(string folder)
    {
        bool discharging = false;
        foreach (string supply in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            string type = Read(supply, "type");
            if (type is "Mains" or "USB" && Read(supply, "online") == "1")
            {
                return false;
            }

            // A wireless mouse has a battery, too.
            discharging |= type == "Battery" && Read(supply, "scope") != "Device" && Read(supply, "status") == "Discharging";
        }

        return discharging;
    }

    private static string Read(string supply, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(supply, name)).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

#pragma warning disable SYSLIB1054 // LibraryImport generates unsafe code, which this assembly does without.
#pragma warning disable CA5392 // kernel32 is found by the loader.
    [DllImport("kernel32", ExactSpelling = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetSystemPowerStatus(out SystemPowerStatus status);
#pragma warning restore CA5392, SYSLIB1054

    /// <summary>winbase.h: SYSTEM_POWER_STATUS.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SystemPowerStatus
    {
        public byte LineStatus;
        public byte Flags;
        public byte LifePercent;
        public byte SystemFlags;
        public uint LifeSeconds;
        public uint FullLifeSeconds;
    }
}
