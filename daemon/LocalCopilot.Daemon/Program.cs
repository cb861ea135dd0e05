using LocalCopilot.Daemon.Cli;
using LocalCopilot.Daemon.Configuration;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // A file or a pipe has no width to wrap lines for.
    AnsiConsole.Console.Profile.Width = 1000;
}

CommandContext context = new(
    LocalCopilotPaths.FromEnvironment(Environment.GetEnvironmentVariable),
    AnsiConsole.Console,
    AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }),
    TimeProvider.System);
return await LocalCopilotCommand.Create(context).Parse(args).InvokeAsync();
