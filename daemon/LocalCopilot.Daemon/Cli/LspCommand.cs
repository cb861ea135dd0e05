using System.CommandLine;
using LocalCopilot.Daemon.Hosting;
using Nerdbank.Streams;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>What an editor starts: finds or starts the daemon, and relays bytes. Holds no state.</summary>
internal static class LspCommand
{
    public static Command Create(CommandContext context)
    {
        Command command = new("lsp", """
            Speak LSP with an editor on standard input and output.

            Starts the daemon if none runs. Ends with 0 when the editor closes standard input or sends exit, with 3 when the
            daemon cannot be reached or goes away; the editor then starts it again.
            Example: localcopilot lsp --stdio
            """);
        command.Options.Add(new Option<bool>("--stdio") { Description = "Use standard input and output, which is the only way there is." });
        command.SetAction((_, cancellationToken) => RunAsync(context, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            await using DaemonClient daemon = await DaemonClient.ConnectAsync(context.Paths, startIfNeeded: true, context.Time, cancellationToken);
            MultiplexingStream.Channel channel = await daemon.OpenLspAsync(cancellationToken);
            return await RelayAsync(channel, daemon.Completion, cancellationToken) ? ExitCodes.Success : DaemonGone(context);
        }
        catch (DaemonUnavailableException exception)
        {
            context.Error.WriteLine(exception.Message);
            return ExitCodes.DaemonUnavailable;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or MultiplexingProtocolException)
        {
            return DaemonGone(context);
        }
    }

    /// <returns>False when the daemon went away before the session had ended.</returns>
    private static async Task<bool> RelayAsync(MultiplexingStream.Channel channel, Task daemonGone, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using Stream input = Console.OpenStandardInput();
        await using Stream output = Console.OpenStandardOutput();
        // Reading standard input cannot be cancelled everywhere: its task is left behind when the process ends.
        Task up = Task.Run(() => input.CopyToAsync(channel.Output.AsStream(leaveOpen: true), ended.Token), CancellationToken.None);
        Task down = channel.Input.CopyToAsync(output, ended.Token);
        Task first = await Task.WhenAny(up, down, daemonGone);
        if (first == up)
        {
            // What was asked for before the end of input is still answered.
            await channel.Output.CompleteAsync();
            await Task.WhenAny(down, daemonGone);
            await output.FlushAsync(CancellationToken.None);
            return !daemonGone.IsCompleted || down.IsCompletedSuccessfully;
        }

        // The daemon ends the channel after `exit`; a daemon that dies ends the connection.
        await Task.WhenAny(daemonGone, Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None));
        return !daemonGone.IsCompleted && down.IsCompletedSuccessfully;
    }

    private static int DaemonGone(CommandContext context)
    {
        context.Error.WriteLine("The daemon went away. Start the editor's session again; the daemon's log says why.");
        return ExitCodes.DaemonUnavailable;
    }
}
