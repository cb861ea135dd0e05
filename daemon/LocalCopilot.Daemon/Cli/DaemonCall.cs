using LocalCopilot.Daemon.Hosting;
using Spectre.Console;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Cli;

/// <summary>What commands that ask the daemon have in common: connecting, and what goes wrong with it.</summary>
internal static class DaemonCall
{
    /// <summary>Runs with a connection.</summary>
    /// <param name="startIfNeeded">Whether the daemon is started where none runs.</param>
    /// <returns>The command's exit code.</returns>
    public static async Task<int> RunAsync(CommandContext context, Func<DaemonClient, Task<int>> run, CancellationToken cancellationToken, bool startIfNeeded = true)
    {
        try
        {
            await using DaemonClient daemon = await DaemonClient.ConnectAsync(context.Paths, startIfNeeded, context.Time, cancellationToken);
            return await run(daemon);
        }
        catch (DaemonUnavailableException exception)
        {
            context.Error.WriteLine(exception.Message);
            return ExitCodes.DaemonUnavailable;
        }
        catch (ConnectionLostException)
        {
            context.Error.WriteLine($"The daemon went away. Run the command again; the daemon's log in {context.Paths.LogDirectory} says why.");
            return ExitCodes.DaemonUnavailable;
        }
        catch (RemoteRpcException exception)
        {
            context.Error.WriteLine(exception.Message);
            return ExitCodes.Failure;
        }
    }
}
