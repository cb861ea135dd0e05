using System.Globalization;
using LocalCopilot.Daemon.Evaluation;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Shows a place of a demo: where it is, how good its completion is, and the code around it with what was suggested and written.</summary>
internal sealed class PlaceView(IAnsiConsole output)
{
    private const int GutterWidth = 9;
    private const int WidestWidth = 112;

    private static readonly Style Plain = Style.Plain;
    private static readonly Style Dim = new(decoration: Decoration.Dim);
    private static readonly Style Bold = new(decoration: Decoration.Bold);

    private readonly int _width = Math.Clamp(output.Profile.Width, 40, WidestWidth);

    /// <param name="number">From 1.</param>
    /// <param name="count">Of all places.</param>
    /// <param name="texts">What stands at the cursor, one beneath the other. A label of null: the line's number.</param>
    public void Show(LinePosition position, int number, int count, (string Text, Style Style) verdict, TimeSpan time, IReadOnlyList<(string? Label, string Text, Style Style)> texts)
    {
        CodeExcerpt excerpt = new(position, _width - GutterWidth - 3);
        string taken = string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds,5:0} ms");
        string place = $"{number}/{count}".PadLeft(GutterWidth) + "  ";
        string path = string.Create(CultureInfo.InvariantCulture, $"{position.Path}:{position.Line + 1}:{position.Character + 1}");
        int room = _width - place.Length - verdict.Text.Length - taken.Length - 3;
        path = path.Length > room ? "…" + path[^Math.Max(1, room - 1)..] : path.PadRight(room);

        // All at once, so that a bar below them is drawn once.
        output.Write(new Rows(
        [
            Line((" ", Plain)),
            Line((place, Bold), (path, Bold), ($"  {verdict.Text}", verdict.Style), ($" {taken}", Dim)),
            .. LinesOf(excerpt.Above),
            .. texts.SelectMany(text => LinesAt(excerpt, text.Label ?? string.Create(CultureInfo.InvariantCulture, $"{excerpt.Number}"), text.Text.Length > 0 ? text.Text : "(nothing)", text.Style)),
            .. LinesOf(excerpt.Below),
        ]));
    }

    public static Paragraph Line(params IEnumerable<(string Text, Style Style)> parts)
    {
        Paragraph line = new() { Overflow = Overflow.Crop };
        foreach (var (text, style) in parts)
        {
            line.Append(text, style);
        }

        return line;
    }

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
}
