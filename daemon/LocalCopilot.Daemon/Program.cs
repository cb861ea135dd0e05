using LocalCopilot.Daemon.Cli;
using LocalCopilot.Daemon.Configuration;
using Spectre.Console;

CommandContext context = new(
    LocalCopilotPaths.FromEnvironment(Environment.GetEnvironmentVariable),
    AnsiConsole.Console,
    AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }),
    TimeProvider.System);
return await LocalCopilotCommand.Create(context).Parse(args).InvokeAsync();
