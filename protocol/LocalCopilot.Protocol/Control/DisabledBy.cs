namespace LocalCopilot.Protocol;

/// <summary>Data of the error <see cref="ErrorCodes.Disabled"/>.</summary>
/// <param name="Reason">The file or setting that turns LocalCopilot off, and what it says.</param>
public sealed record DisabledBy(string Reason);
