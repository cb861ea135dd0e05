using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>One round of learning that is asked for.</summary>
/// <param name="Root">Of the working tree.</param>
/// <param name="Force">Also with fewer new samples than a round waits for.</param>
/// <param name="From">Null: the active adapter, and now and then the base model.</param>
/// <param name="Budget">Time that training may compute; null: as the settings say.</param>
/// <param name="Until">A commit: history after it does not exist; null: what is checked out.</param>
internal sealed record AdaptationRequest(string Root, bool Force = false, AdaptationStart? From = null, TimeSpan? Budget = null, string? Until = null);

/// <summary>What a round is doing.</summary>
internal readonly record struct AdaptationStage(RepositoryState State, string? Reason = null, AdaptationProgress? Progress = null);
