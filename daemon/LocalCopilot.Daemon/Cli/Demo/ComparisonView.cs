using System.Globalization;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Shows a demo that learns: figures before, the gate's verdict, then each place with its completions before and after, and both columns of figures.</summary>
internal sealed class ComparisonView(IAnsiConsole output)
{
    private const int ShortId = 8;

    private static readonly Style Plain = Style.Plain;
    private static readonly Style Dim = new(decoration: Decoration.Dim);
    private static readonly Style Bold = new(decoration: Decoration.Bold);

    private readonly DemoView _completions = new(output);
    private readonly PlaceView _places = new(output);
    private readonly string _arrow = output.Profile.Capabilities.Unicode ? "→" : "->";

    public void ShowHead(string root, string head, HiddenPlaces hidden, DemoRequest request, StatusResult status)
    {
        _completions.ShowHead(root, head, hidden.Positions.Count, request, status);
        WriteLine($"It learns history up to {hidden.Cut.Until.Sha[..ShortId]}: the newest {hidden.Cut.Hidden} of {hidden.Cut.All} commits are hidden from it; all places are of those.");
        output.WriteLine();
    }

    public void ShowBefore(DemoReport before)
    {
        WriteLine($"Before: {before.ExactMatches} of {before.Items.Count} exact, {before.EditSimilarity:0.000} similar, median {before.LatencyMs(0.5):0} ms.");
        output.WriteLine();
    }

    public void ShowVerdict(AdaptationResult adaptation)
    {
        if (adaptation.Outcome is AdaptationOutcome.Activated or AdaptationOutcome.Rejected)
        {
            AdaptCommand.ShowResult(output, adaptation);
            output.WriteLine(adaptation.Outcome == AdaptationOutcome.Activated ? "The same places with what was learned:" : "It is not served: completions stay as they are.");
        }
        else
        {
            output.WriteLine($"Nothing could be learned, so these are completions alone: {adaptation.Reason}");
        }
    }

    public void Show(DemoItem before, DemoItem after, int number, int count)
    {
        DemoChange change = DemoComparison.ChangeOf(before, after);
        string verdict = Grade.Of(before) == Grade.Of(after) ? Grade.Of(after) : $"{Grade.Of(before)} {_arrow} {Grade.Of(after)}";
        _places.Show(before.Position, number, count, ($"{change.ToString().ToLowerInvariant()}  {verdict}", StyleOf(change)), after.Time, TextsOf(before, after));
    }

    public void Show(DemoComparison comparison)
    {
        if (comparison.After is { } after)
        {
            ShowFigures(comparison.Before, after);
            WriteLine($"{comparison.Count(DemoChange.Better)} better, {comparison.Count(DemoChange.Same)} the same, {comparison.Count(DemoChange.Worse)} worse, of {after.Items.Count}: by exact match, then by edit similarity.");
        }
        else
        {
            for (int i = 0; i < comparison.Before.Items.Count; i++)
            {
                _completions.Show(comparison.Before.Items[i], i + 1, comparison.Before.Items.Count);
            }

            _completions.Show(comparison.Before);
        }

        output.WriteLine("Nothing of this was kept; `localcopilot adapt` learns it for real, with its newest commits.");
    }

    /// <summary>What is equal is shown once.</summary>
    private static (string? Label, string Text, Style Style)[] TextsOf(DemoItem before, DemoItem after)
    {
        (string? Label, string Text, Style Style) written = ("written", before.Position.Expected, Plain);
        if (before.Score.ExactMatch && after.Score.ExactMatch)
        {
            return [written with { Label = null, Style = Grade.StyleOf(after) }];
        }

        if (before.Completion == after.Completion)
        {
            return [("unchanged", after.Completion, Grade.StyleOf(after)), written];
        }

        (string? Label, string Text, Style Style)[] both = [("before", before.Completion, Grade.StyleOf(before)), ("after", after.Completion, Grade.StyleOf(after))];
        return before.Score.ExactMatch || after.Score.ExactMatch ? both : [.. both, written];
    }

    private static Style StyleOf(DemoChange change) => change switch
    {
        DemoChange.Better => new(Color.Green),
        DemoChange.Worse => new(Color.Maroon),
        _ => Dim,
    };

    private void ShowFigures(DemoReport before, DemoReport after)
    {
        output.WriteLine();
        Grid grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn(new GridColumn().NoWrap().PadRight(3)).AddColumn(new GridColumn().NoWrap());
        grid.AddRow(new Text(""), new Text("before", Bold), new Text("after", Bold));
        Row("exact match", report => $"{report.ExactMatch * 100:0.0} %  ({report.ExactMatches} of {report.Items.Count})");
        Row("edit similarity", report => $"{report.EditSimilarity:0.000}");
        Row("suggested", report => $"{report.Suggested} of {report.Items.Count}");
        Row("median time", report => $"{report.LatencyMs(0.5):0} ms");
        Row("95th percentile", report => $"{report.LatencyMs(0.95):0} ms");
        output.Write(grid);

        void Row(string name, Func<DemoReport, FormattableString> value) => grid.AddRow(
            new Text(name, Dim),
            new Text(value(before).ToString(CultureInfo.InvariantCulture)),
            new Text(value(after).ToString(CultureInfo.InvariantCulture)));
    }

    private void WriteLine(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
