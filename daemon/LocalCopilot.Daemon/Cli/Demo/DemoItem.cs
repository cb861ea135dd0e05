using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>One place of a demo and what came of it.</summary>
/// <param name="Completion">Empty where nothing was suggested.</param>
/// <param name="Time">From the request to the whole suggestion, as the client saw it.</param>
internal sealed record DemoItem(LinePosition Position, string Completion, LineScore Score, TimeSpan Time, CompleteResult Result);
