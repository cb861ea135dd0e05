using LocalCopilot.Daemon.Configuration;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>What every command gets from outside, so that tests can give their own.</summary>
/// <param name="Output">Results; colours only on a terminal.</param>
/// <param name="Error">Progress and messages for people.</param>
internal sealed record CommandContext(LocalCopilotPaths Paths, IAnsiConsole Output, IAnsiConsole Error, TimeProvider Time);
