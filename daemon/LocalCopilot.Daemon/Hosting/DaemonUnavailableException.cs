namespace LocalCopilot.Daemon.Hosting;

/// <summary>The daemon cannot be reached or started. The message says why and what to do.</summary>
internal sealed class DaemonUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True: there simply is none, and none was to be started.</summary>
    public bool NotRunning { get; init; }
}
