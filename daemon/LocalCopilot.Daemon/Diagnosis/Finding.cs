namespace LocalCopilot.Daemon.Diagnosis;

internal enum FindingState
{
    Ok,
    Warning,
    Failure,
}

/// <param name="Name">What was looked at.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do; null where nothing is needed.</param>
internal sealed record Finding(string Name, FindingState State, string Text, string? Remedy = null);

/// <summary>One thing that is looked at. Never throws for what it finds.</summary>
internal interface IExamination
{
    Task<Finding> RunAsync(CancellationToken cancellationToken);
}
