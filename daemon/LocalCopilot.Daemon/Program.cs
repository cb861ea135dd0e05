using LocalCopilot.Daemon.Cli;
using LocalCopilot.Daemon.Configuration;
using Spectre.Console;

// A file or a pipe has no width to wrap lines for.
const int NoWrapping = 1000;
IAnsiConsole output = AnsiConsole.Console;
IAnsiConsole error = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
output.Profile.Width = Console.IsOutputRedirected ? NoWrapping : output.Profile.Width;
error.Profile.Width = Console.IsErrorRedirected ? NoWrapping : error.Profile.Width;

CommandContext context = new(LocalCopilotPaths.FromEnvironment(Environment.GetEnvironmentVariable), output, error, TimeProvider.System);
return await LocalCopilotCommand.RunAsync(context, args);
