namespace LocalCopilot.Daemon.Training;

/// <summary>A training run failed; the message says why and what to do.</summary>
internal sealed class TrainingFailedException(string message) : Exception(message);
