using System.CommandLine;
using System.Globalization;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Shows what became of suggestions, and how long they took.</summary>
internal static class StatisticsCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string?> repository = new("repository") { Description = "A folder of the repository; left out: all of them.", Arity = ArgumentArity.ZeroOrOne };
        TimeOption since = new("--since", context.Time) { Description = "Only from then on: a day (2026-03-01), or a time with its offset (2026-03-01T09:00:00+01:00)." };
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/statistics." };
        Command command = new("statistics", """
            Show how many suggestions were shown and kept, and how fast they came: in all, by day, language and adapter.

            It is recorded on this machine only, without any text; statistics.maxAnswers in the settings says how much is kept.
            An editor that does not say what it shows is counted for what was accepted.
            Ends with 0, with 1 when it cannot be read, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot statistics
              localcopilot statistics ~/src/project --since 2026-03-01 --json
            """)
        { repository, since, json };
        command.SetAction((parsed, cancellationToken) => DaemonCall.RunAsync(
            context,
            daemon => RunAsync(context, daemon, parsed.GetValue(repository), parsed.GetValue(since), parsed.GetValue(json), cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, DaemonClient daemon, string? repository, DateTimeOffset? since, bool json, CancellationToken cancellationToken)
    {
        StatisticsParams wanted = new() { Repository = repository is null ? null : Path.GetFullPath(repository), Since = since };
        StatisticsResult statistics = await daemon.Control.StatisticsAsync(wanted, cancellationToken);
        if (json)
        {
            await context.WriteJsonAsync(statistics, cancellationToken);
        }
        else if (statistics.ByDay.Count == 0)
        {
            context.Output.WriteLine("No editor was answered yet.");
        }
        else
        {
            Show(context, statistics);
        }

        return ExitCodes.Success;
    }

    private static void Show(CommandContext context, StatisticsResult statistics)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("").AddColumn("");
        foreach (string heading in (string[])["shown", "accepted", "in part", "rate", "characters", "median ms", "95th", "99th"])
        {
            table.AddColumn(new TableColumn(heading).RightAligned());
        }

        AddRow(table, "all", "", statistics.Total);
        AddRows(table, "day", statistics.ByDay);
        AddRows(table, "language", statistics.ByLanguage);
        AddRows(table, "adapter", statistics.ByAdapter);
        context.Output.Write(table);
    }

    private static void AddRows(Table table, string kind, IReadOnlyDictionary<string, CompletionStatistics> rows)
    {
        table.AddEmptyRow();
        foreach (var (name, row) in rows)
        {
            AddRow(table, kind, name, row);
            kind = "";
        }
    }

    private static void AddRow(Table table, string kind, string name, CompletionStatistics row)
    {
        static Text Number(FormattableString number) => new(number.ToString(CultureInfo.InvariantCulture));

        table.AddRow(
            new Text(kind),
            new Text(name),
            Number($"{row.Shown}"),
            Number($"{row.Accepted}"),
            Number($"{row.PartiallyAccepted}"),
            Number($"{row.AcceptanceRate:0.0 %}"),
            Number($"{row.CharactersKept}"),
            Number($"{row.Latency?.MedianMs:0.0}"),
            Number($"{row.Latency?.P95Ms:0.0}"),
            Number($"{row.Latency?.P99Ms:0.0}"));
    }
}
