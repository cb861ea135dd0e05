using System.CommandLine;
using System.Globalization;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Shows the running daemon; starts none.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandContext context)
    {
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/status." };
        Command command = new("status", """
            Show how the daemon, the model and the engine are. Starts nothing.

            Ends with 0, or with 3 when no daemon runs.
            Examples:
              localcopilot status
              localcopilot status --json
            """);
        command.Options.Add(json);
        command.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            daemon => RunAsync(context, daemon, parsed.GetValue(json), cancellationToken),
            cancellationToken,
            startIfNeeded: false));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, DaemonClient daemon, bool json, CancellationToken cancellationToken)
    {
        StatusResult status = await daemon.Control.StatusAsync(new() { Repository = Environment.CurrentDirectory }, cancellationToken);
        if (json)
        {
            await context.WriteJsonAsync(status, cancellationToken);
        }
        else
        {
            context.Output.Write(Describe(status));
        }

        return ExitCodes.Success;
    }

    private static Grid Describe(StatusResult status)
    {
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        void Row(string name, FormattableString value) =>
            grid.AddRow(new Text(name), new Text(value.ToString(CultureInfo.InvariantCulture)));

        Row("daemon", $"{status.Daemon.Version}, process {status.Daemon.ProcessId}, up {TimeSpan.FromMilliseconds(status.Daemon.UptimeMs):d\\.hh\\:mm\\:ss}, {status.Daemon.ResidentBytes / 1_000_000} MB resident");
        Row("editors", $"{status.Daemon.Sessions}");
        Row("model", $"{status.Model.Id}, {status.Model.State.ToString().ToLowerInvariant()}");
        if (status.Model.Error is { } error)
        {
            Row("", $"{error}");
        }

        Row("engine", $"{status.Engine.Device ?? "not loaded"}, {status.Engine.Threads} threads");
        if (status.Engine is { PromptTokensPerSecond: { } prompt, DecodeTokensPerSecond: { } decode })
        {
            Row("speed", $"prompt {prompt:0} tokens/s, decode {decode:0} tokens/s");
        }

        if (status.Completions is { } completions)
        {
            Row("completions", $"{completions.Computed} computed, {completions.TypedThrough} typed through, {completions.Cancelled} cancelled, {completions.WastedTokens} tokens wasted");
        }

        if (status.Repository is { } repository)
        {
            Row("repository", $"{repository.Root}, {repository.State.ToString().ToLowerInvariant()}, {repository.NewSamples} of {repository.SamplesNeeded} new samples");
            Row("adapter", $"{(repository.Adapter is { } adapter ? $"{adapter.Id[..8]} of {adapter.CreatedAt:yyyy-MM-dd HH:mm}" : "none")}");
            if (repository.Reason is { } reason)
            {
                Row("", $"{reason}");
            }
        }

        foreach (string warning in status.Daemon.Warnings ?? [])
        {
            Row("warning", $"{warning}");
        }

        return grid;
    }
}
