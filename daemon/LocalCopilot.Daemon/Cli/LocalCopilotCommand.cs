using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using LocalCopilot.Daemon.Cli.Demo;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>The root of the command line: one line for each command, each in its own file beside this one.</summary>
internal static class LocalCopilotCommand
{
    public static RootCommand Create(CommandContext context)
    {
        RootCommand root = new("""
            Code completions from a local model, offline.

            An editor starts `localcopilot lsp`; one daemon serves all editors of a user and starts by itself.
            Examples:
              localcopilot demo                          see it learn a repository, with completions before and after
              localcopilot adapt                         learn the repository of the current folder
              localcopilot complete src/Program.cs:12:9  one completion, for the shell
              localcopilot doctor                        what does not work here, and what to do
            Ends with 0 when done, 1 when it failed, 2 when the command line was wrong, 3 without a daemon, 130 after Ctrl-C.
            """);
        root.Subcommands.Add(LspCommand.Create(context));
        root.Subcommands.Add(DaemonCommand.Create(context));
        root.Subcommands.Add(StatusCommand.Create(context));
        root.Subcommands.Add(StopCommand.Create(context));
        root.Subcommands.Add(CompleteCommand.Create(context));
        root.Subcommands.Add(DemoCommand.Create(context));
        root.Subcommands.Add(AdaptCommand.Create(context));
        root.Subcommands.Add(AdaptersCommand.Create(context));
        root.Subcommands.Add(EvaluateCommand.Create(context));
        root.Subcommands.Add(ForgetCommand.Create(context));
        root.Subcommands.Add(ModelsCommand.Create(context));
        root.Subcommands.Add(StatisticsCommand.Create(context));
        root.Subcommands.Add(DoctorCommand.Create(context));
        root.Subcommands.Add(TrainCommand.Create(context));
        root.Subcommands.Add(WorkerCommand.Create(context));
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ShortHelp((SynchronousCommandLineAction)help.Action!);
        return root;
    }

    /// <summary>Runs what the arguments say.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> arguments)
    {
        ParseResult parsed = Create(context).Parse(arguments);
        if (parsed.Errors.Count == 0)
        {
            return await InvokeAsync(context, parsed);
        }

        foreach (ParseError error in parsed.Errors)
        {
            context.Error.WriteLine(error.Message);
        }

        context.Error.WriteLine($"`{NameOf(parsed.CommandResult)} --help` shows what there is.");
        return ExitCodes.Usage;
    }

    private static async Task<int> InvokeAsync(CommandContext context, ParseResult parsed)
    {
        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false };
        if (parsed.CommandResult.Command.Name == DemoCommand.Name)
        {
            configuration.ProcessTerminationTimeout = DemoCommand.EndPatience;
        }

        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
#pragma warning disable CA1031 // What no command expected is shown whole, and ends with an exit code that scripts know.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            context.Error.WriteLine($"This is a defect of LocalCopilot; please report it with these lines.{Environment.NewLine}{exception}");
            return ExitCodes.Failure;
        }
    }

    private static string NameOf(CommandResult command) => command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "localcopilot";
}
