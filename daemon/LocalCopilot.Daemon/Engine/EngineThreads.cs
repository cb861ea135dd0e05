namespace LocalCopilot.Daemon.Engine;

internal static class EngineThreads
{
    /// <summary>Threads that compute: the setting, or half of the logical processors, and 2 where there are 2.</summary>
    public static int Resolve(int setting) =>
        setting > 0 ? setting : Math.Min(Environment.ProcessorCount, Math.Max(2, Environment.ProcessorCount / 2));
}
