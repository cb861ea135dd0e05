using System.CommandLine;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Hosting;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Ends the running daemon.</summary>
internal static class StopCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static Command Create(CommandContext context)
    {
        Option<bool> json = new("--json") { Description = "Print {\"wasRunning\": true or false}." };
        Command command = new("stop", """
            End the daemon after it saved its state. Editors that use it start another.

            Ends with 0, also when none ran, and with 3 when it does not end.
            Example: localcopilot stop
            """);
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, bool json, CancellationToken cancellationToken)
    {
        try
        {
            bool wasRunning = await StopAsync(context.Paths, context.Time, cancellationToken);
            context.Output.WriteLine(json ? $"{{\"wasRunning\":{(wasRunning ? "true" : "false")}}}" : wasRunning ? "The daemon has ended." : "No daemon was running.");
            return ExitCodes.Success;
        }
        catch (Exception exception) when (exception is DaemonUnavailableException or TimeoutException)
        {
            context.Error.WriteLine(exception.Message);
            return ExitCodes.DaemonUnavailable;
        }
    }

    /// <summary>Ends the daemon and waits until all of it has ended.</summary>
    /// <returns>False where none ran.</returns>
    /// <exception cref="DaemonUnavailableException">It cannot be spoken with.</exception>
    /// <exception cref="TimeoutException">It does not end.</exception>
    internal static async Task<bool> StopAsync(LocalCopilotPaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await DaemonClient.StopAsync(paths, time, cancellationToken);
            // The lock is free when everything has ended.
            using FileLock ended = await FileLock.AcquireAsync(paths.LockFile, Patience, time, cancellationToken);
            return true;
        }
        catch (DaemonUnavailableException exception) when (exception.NotRunning)
        {
            return false;
        }
    }
}
