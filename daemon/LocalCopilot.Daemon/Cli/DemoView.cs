using System.Globalization;
using LocalCopilot.Daemon.Evaluation;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Shows a demo in the terminal.</summary>
internal static class DemoView
{
    private const int LinesAbove = 3;

    public static void Show(IAnsiConsole output, DemoItem item, int number, int count)
    {
        LinePosition position = item.Position;
        string verdict = item.Score.ExactMatch ? "[green]exact[/]" : string.Create(CultureInfo.InvariantCulture, $"[yellow]{item.Score.Similarity:0.00} alike[/]");
        output.WriteLine();
        output.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[bold]{number}/{count}[/] {Markup.Escape(position.Path)}:{position.Line + 1}  {verdict}  [dim]{item.Time.TotalMilliseconds:0} ms[/]"));
        string[] lines = position.Text.Split('\n');
        for (int line = Math.Max(0, position.Line - LinesAbove); line < position.Line; line++)
        {
            output.MarkupLine($"[dim]{line + 1,6} │ {Markup.Escape(Clean(lines[line]))}[/]");
        }

        string before = Clean(lines[position.Line][..position.Character]);
        string shown = item.Completion.Length > 0 ? item.Completion.Split('\n')[0].TrimEnd('\r') : "(nothing suggested)";
        string colour = item.Score.ExactMatch ? "green" : "yellow";
        output.MarkupLine($"{position.Line + 1,6} │ {Markup.Escape(before)}[{colour}]▸{Markup.Escape(shown)}[/]");
        if (!item.Score.ExactMatch)
        {
            output.MarkupLine($"[dim]       │ {new string(' ', before.Length)} {Markup.Escape(position.Expected)}[/]  [dim]← was written[/]");
        }
    }

    public static void Show(IAnsiConsole output, DemoReport report)
    {
        output.WriteLine();
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("places").AddColumn("suggested").AddColumn("exact match").AddColumn("edit similarity").AddColumn("time, median").AddColumn("time, 95th percentile");
        table.AddRow(
            Text($"{report.Items.Count}"),
            Text($"{report.Suggested}"),
            Text($"{report.ExactMatch:P1}"),
            Text($"{report.EditSimilarity:0.000}"),
            Text($"{report.LatencyMs(0.5):0} ms"),
            Text($"{report.LatencyMs(0.95):0} ms"));
        output.Write(table);

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private static string Clean(string line) => line.TrimEnd('\r').Replace("\t", "    ", StringComparison.Ordinal);
}
