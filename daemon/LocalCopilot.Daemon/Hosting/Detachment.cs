namespace LocalCopilot.Daemon.Hosting;

/// <summary>Lets the daemon outlive the client that launched it.</summary>
internal static class Detachment
{
    /// <summary>Leaves the client's terminal and process group. Windows has neither: there a process just lives on.</summary>
    public static void LeaveSession()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Fails where the process leads its group already, and then needs nothing.
            _ = UnixNative.NewSession();
        }
    }

    /// <summary>Lets go of the client's pipes. The client sees them close, and knows by that that the daemon listens.</summary>
    public static void ReleaseStandardStreams()
    {
        Console.SetIn(TextReader.Null);
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        int descriptor = nothing.DangerousGetHandle().ToInt32();
        for (int standard = 0; standard <= 2; standard++)
        {
            _ = UnixNative.Duplicate(descriptor, standard);
        }
    }
}
