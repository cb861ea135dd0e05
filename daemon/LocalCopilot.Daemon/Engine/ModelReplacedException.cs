namespace LocalCopilot.Daemon.Engine;

/// <summary>Another model is served than the one that something was asked of: tokens and adapters are those of one model.</summary>
internal sealed class ModelReplacedException(ServedModel wanted, ServedModel served)
    : ModelUnavailableException(wanted.Path == served.Path
        ? $"The file of {wanted.Id} has changed meanwhile. Try again."
        : $"{wanted.Id} is not served any more: {served.Id} was selected. To go on: localcopilot models select {wanted.Id}");
