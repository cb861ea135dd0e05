using System.CommandLine;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Deletes everything that was learned or recorded of a repository.</summary>
internal static class ForgetCommand
{
    public static Command Create(CommandContext context)
    {
        RepositoryArgument repository = new();
        Option<bool> yes = new("--yes") { Description = "Do not ask." };
        Command command = new("forget", """
            Delete everything that was learned or recorded of a repository: adapters, samples, index, statistics. The repository itself is left alone.

            One that is not there any more is given by the folder that it was in. A round that learns it is ended. It is learned again
            when a file of it is opened in an editor, or with adapt, unless its .localcopilot.json says { "enabled": false }.
            Ends with 0, with 1 when the answer was no, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot forget
              localcopilot forget ~/src/project --yes
            """)
        { repository, yes };
        command.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            async daemon =>
            {
                string path = repository.Of(parsed);
                if (!parsed.GetValue(yes))
                {
                    if (!context.Error.Profile.Capabilities.Interactive)
                    {
                        context.Error.WriteLine("Nothing was deleted: nobody can be asked here. Give --yes.");
                        return ExitCodes.Failure;
                    }

                    if (!await context.Error.ConfirmAsync($"Delete all that was learned of {Markup.Escape(path)}?", defaultValue: false, cancellationToken))
                    {
                        return ExitCodes.Failure;
                    }
                }

                await daemon.Learning.ForgetAsync(new(path), cancellationToken);
                context.Output.WriteLine($"{path} is forgotten.");
                return ExitCodes.Success;
            },
            cancellationToken));
        return command;
    }
}
