using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>A round of the repository runs already.</summary>
internal sealed class AdaptationRunningException(string root, AdaptationProgress? progress) : Exception($"{root} is being learned already. Wait until that has ended, or cancel it.")
{
    public AdaptationProgress? Progress { get; } = progress;
}
