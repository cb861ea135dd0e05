using System.CommandLine;

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
        return root;
    }
}
