using System.CommandLine;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Hosting;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>The daemon itself, in the foreground. Clients start it detached when they need it.</summary>
internal static class DaemonCommand
{
    public static Command Create(CommandContext context)
    {
        Option<bool> detached = new("--detached") { Hidden = true };
        Command command = new("daemon", """
            Run the daemon in the foreground, until Ctrl-C, `localcopilot stop`, or idle.

            Editors and commands start it on demand: this is for service managers and for looking at it.
            Ends with 0, with 1 when it could not start, and with 4 when one runs already.
            Example: localcopilot daemon
            """);
        command.Options.Add(detached);
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed.GetValue(detached), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, bool detached, CancellationToken cancellationToken)
    {
        try
        {
            int result = await DaemonProcess.RunAsync(context.Paths, detached, context.Time, cancellationToken);
            if (result == ExitCodes.AlreadyRunning && !detached)
            {
                context.Error.WriteLine("A daemon of yours runs already. `localcopilot status` shows it, `localcopilot stop` ends it.");
            }

            return result;
        }
        catch (Exception exception) when (exception is DaemonUnavailableException or SettingsException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(exception.Message.AsMemory(), CancellationToken.None);
            return ExitCodes.Failure;
        }
    }
}
