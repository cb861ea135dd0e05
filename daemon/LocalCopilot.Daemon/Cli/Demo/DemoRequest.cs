namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Repository">Null: LocalCopilot's own, or the current folder's.</param>
/// <param name="Learn">Whether the repository is learned, and completed once more.</param>
/// <param name="Budget">Time that training may compute.</param>
internal sealed record DemoRequest(string? Repository, int Positions, int Seed, DemoKind Kind, bool UseContext, bool Learn, TimeSpan Budget, bool Json);
