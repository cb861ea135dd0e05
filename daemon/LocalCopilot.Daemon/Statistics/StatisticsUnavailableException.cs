namespace LocalCopilot.Daemon.Statistics;

/// <summary>The database cannot be read or written; the message says which one, why and what to do.</summary>
internal sealed class StatisticsUnavailableException(string file, Exception cause)
    : Exception($"The statistics in {file} cannot be used: {cause.Message} Free space on its disk and make its folder writable.", cause);
