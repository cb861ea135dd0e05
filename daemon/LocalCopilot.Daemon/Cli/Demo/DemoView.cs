using System.Globalization;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Shows a demo of completions alone: for each place the code with the suggestion, beneath it what was really written.</summary>
internal sealed class DemoView(IAnsiConsole output)
{
    private static readonly Style Plain = Style.Plain;
    private static readonly Style Dim = new(decoration: Decoration.Dim);
    private static readonly Style Bold = new(decoration: Decoration.Bold);

    private readonly PlaceView _places = new(output);

    public void ShowHead(string root, string? head, int places, DemoRequest request, StatusResult status)
    {
        Paragraph what = PlaceView.Line(
            ($"{places} places in ", Plain),
            (root, Bold),
            (head is null ? "" : $" at {head[..8]}", Dim),
            ($", {(request.Kind == DemoKind.Line ? "rest of the line" : "blocks")}, seed {request.Seed}", Plain));
        string parameters = status.Model.Parameters is { } count ? string.Create(CultureInfo.InvariantCulture, $" ({status.Model.Architecture}, {count / 1e6:0.#}M parameters)") : "";
        Paragraph how = PlaceView.Line(($"{status.Model.Id}{parameters} on {status.Engine.Device ?? "?"}, {status.Engine.Threads} threads, {(request.UseContext ? "with" : "without")} text of other files", Dim));
        output.Write(new Rows(what, how));
    }

    public void Show(DemoItem item, int number, int count)
    {
        Style style = Grade.StyleOf(item);
        _places.Show(item.Position, number, count, (Grade.Of(item), style), item.Time, item.Score.ExactMatch
            ? [(null, item.Position.Expected, style)]
            : [("suggested", item.Completion, style), ("written", item.Position.Expected, Plain)]);
    }

    public void Show(DemoReport report)
    {
        output.WriteLine();
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn(new GridColumn().NoWrap());
        Row("exact match", $"{report.ExactMatch * 100:0.0} %  ({report.ExactMatches} of {report.Items.Count})");
        Row("edit similarity", $"{report.EditSimilarity:0.000}  (Ratcliff-Obershelp, 1 is equal)");
        Row("suggested", $"{report.Suggested} of {report.Items.Count}");
        Row("time", $"median {report.LatencyMs(0.5):0} ms, 95th percentile {report.LatencyMs(0.95):0} ms");
        Row("prompts", $"{report.PromptTokens / report.Items.Count} tokens on average, {report.CachedShare * 100:0} % of them cached");
        var languages = report.ByLanguage();
        if (languages.Count > 1)
        {
            foreach (var (language, places, match, similarity) in languages)
            {
                Row(language, $"{match * 100:0.0} % exact, {similarity:0.000} similar  ({places} places)");
            }
        }

        if (report.Status.Daemon.ResidentBytes > 0)
        {
            Row("daemon", $"{ModelMemory.Describe(report.Status.Daemon.ResidentBytes)} resident, offline");
        }

        output.Write(grid);

        void Row(string name, FormattableString value) => grid.AddRow(new Text(name, Dim), new Text(value.ToString(CultureInfo.InvariantCulture)));
    }
}
