using System.CommandLine;
using System.CommandLine.Invocation;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Help in which the list of commands has one line for each; a command's own help has all of its text.</summary>
internal sealed class ShortHelp(SynchronousCommandLineAction whole) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        // Nothing comes after help, so the descriptions may be changed for it.
        foreach (Command command in parseResult.CommandResult.Command.Subcommands)
        {
            command.Description = command.Description?.Split('\n')[0].TrimEnd('\r');
        }

        return whole.Invoke(parseResult);
    }
}
