using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>The root of the command line: one line for each command, each in its own file beside this one.</summary>
internal static class LocalCopilotCommand
{
    public static RootCommand Create(CommandContext context)
    {
        RootCommand root = new("Code completions from a local model that learns your repositories, offline.");
        root.Subcommands.Add(LspCommand.Create(context));
        root.Subcommands.Add(DaemonCommand.Create(context));
        root.Subcommands.Add(StatusCommand.Create(context));
        root.Subcommands.Add(StopCommand.Create(context));
        root.Subcommands.Add(CompleteCommand.Create(context));
        root.Subcommands.Add(DemoCommand.Create(context));
        root.Subcommands.Add(ModelsCommand.Create(context));
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
            return await parsed.InvokeAsync();
        }

        foreach (ParseError error in parsed.Errors)
        {
            context.Error.WriteLine(error.Message);
        }

        context.Error.WriteLine($"`{NameOf(parsed.CommandResult)} --help` shows what there is.");
        return ExitCodes.Usage;
    }

    private static string NameOf(CommandResult command) => command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "localcopilot";
}
