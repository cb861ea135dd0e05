namespace LocalCopilot.Daemon.Cli;

/// <summary>What the exit code of every command means.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command ran, and what it was asked for failed; the message says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line could not be understood.</summary>
    public const int Usage = 2;

    /// <summary>The daemon could not be reached or started, or went away.</summary>
    public const int DaemonUnavailable = 3;

    /// <summary>Of <c>daemon</c>: another one of this user runs already. No failure for who only wants one to run.</summary>
    public const int AlreadyRunning = Hosting.DaemonProcess.AlreadyRunning;

    /// <summary>Ended by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
