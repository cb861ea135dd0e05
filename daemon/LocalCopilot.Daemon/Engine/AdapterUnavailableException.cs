namespace LocalCopilot.Daemon.Engine;

/// <summary>An adapter cannot be used: its file is missing or damaged, or it was made for another model.</summary>
internal sealed class AdapterUnavailableException(AdapterFile adapter, Exception innerException)
    : Exception($"The adapter {adapter.Id} cannot be used: {innerException.Message}", innerException)
{
    public AdapterFile Adapter { get; } = adapter;
}
