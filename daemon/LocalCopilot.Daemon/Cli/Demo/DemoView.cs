using System.Globalization;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Shows a demo: for each place the code with the suggestion, beneath it what was really written.</summary>
internal sealed class DemoView(IAnsiConsole output)
{
    private const int GutterWidth = 9;
    private const int WidestWidth = 112;

    /// <summary>From here on a suggestion is worth a closer look.</summary>
    private const double Alike = 0.6;

    private static readonly Style Plain = Style.Plain;
    private static readonly Style Dim = new(decoration: Decoration.Dim);
    private static readonly Style Bold = new(decoration: Decoration.Bold);

    private readonly int _width = Math.Clamp(output.Profile.Width, 40, WidestWidth);

    public void ShowHead(string root, string? head, int places, DemoRequest request, StatusResult status)
    {
        Paragraph what = Line(
            ($"{places} places in ", Plain),
            (root, Bold),
            (head is null ? "" : $" at {head[..8]}", Dim),
            ($", {(request.Kind == DemoKind.Line ? "rest of the line" : "blocks")}, seed {request.Seed}", Plain));
        string parameters = status.Model.Parameters is { } count ? string.Create(CultureInfo.InvariantCulture, $" ({status.Model.Architecture}, {count / 1e6:0.#}M parameters)") : "";
        Paragraph how = Line(($"{status.Model.Id}{parameters} on {status.Engine.Device ?? "?"}, {status.Engine.Threads} threads, {(request.UseContext ? "with" : "without")} text of other files", Dim));
        output.Write(new Rows(what, how));
    }

    public void Show(DemoItem item, int number, int count)
    {
        CodeExcerpt excerpt = new(item.Position, _width - GutterWidth - 3);
        Style colour = ColourOf(item);
        string verdict = item switch
        {
            { Score.ExactMatch: true } => "exact",
            { Completion: "" } => "no suggestion",
            _ => string.Create(CultureInfo.InvariantCulture, $"{item.Score.Similarity * 100:0} % alike"),
        };
        string time = string.Create(CultureInfo.InvariantCulture, $"{item.Time.TotalMilliseconds,5:0} ms");
        string place = $"{number}/{count}".PadLeft(GutterWidth) + "  ";
        string path = string.Create(CultureInfo.InvariantCulture, $"{item.Position.Path}:{item.Position.Line + 1}:{item.Position.Character + 1}");
        int room = _width - place.Length - verdict.Length - time.Length - 3;
        path = path.Length > room ? "…" + path[^Math.Max(1, room - 1)..] : path.PadRight(room);
        List<Paragraph> lines = [Line(), Line((place, Bold), (path, Bold), ($"  {verdict}", colour), ($" {time}", Dim)), .. LinesOf(excerpt.Above)];
        if (item.Score.ExactMatch)
        {
            lines.AddRange(LinesAt(excerpt, string.Create(CultureInfo.InvariantCulture, $"{excerpt.Number}"), item.Position.Expected, colour));
        }
        else
        {
            lines.AddRange(LinesAt(excerpt, "suggested", item.Completion.Length > 0 ? item.Completion : "(nothing)", colour));
            lines.AddRange(LinesAt(excerpt, "written", item.Position.Expected, Plain));
        }

        // All at once, so that a bar below them is drawn once.
        output.Write(new Rows([.. lines, .. LinesOf(excerpt.Below)]));
    }

    public void Show(DemoReport report)
    {
        int exact = report.Items.Count(item => item.Score.ExactMatch);
        output.WriteLine();
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn(new GridColumn().NoWrap());
        Row("exact match", $"{report.ExactMatch * 100:0.0} %  ({exact} of {report.Items.Count})");
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

    private static Style ColourOf(DemoItem item) => item switch
    {
        { Score.ExactMatch: true } => new(Color.Green),
        { Score.Similarity: >= Alike } => new(Color.Yellow),
        { Completion: "" } => Dim,
        _ => new(Color.Maroon),
    };

    private static IEnumerable<Paragraph> LinesOf(IEnumerable<(int Number, string Text)> lines) =>
        lines.Select(line => Line((Gutter(string.Create(CultureInfo.InvariantCulture, $"{line.Number}")), Dim), (line.Text, Dim)));

    private IEnumerable<Paragraph> LinesAt(CodeExcerpt excerpt, string label, string text, Style style)
    {
        IReadOnlyList<string> lines = excerpt.At(text);
        return
        [
            Line((Gutter(label), Dim), (excerpt.Before, Plain), (output.Profile.Capabilities.Unicode ? "▸" : ">", Dim), (lines[0], style)),
            .. lines.Skip(1).Select(line => Line((Gutter(""), Dim), (line, style))),
        ];
    }

    private static string Gutter(string label) => label.PadLeft(GutterWidth) + " │ ";

    private static Paragraph Line(params (string Text, Style Style)[] parts)
    {
        Paragraph line = new() { Overflow = Overflow.Crop };
        foreach (var (text, style) in parts)
        {
            line.Append(text, style);
        }

        return line;
    }
}
