using System.Globalization;
using LocalCopilot.Daemon.Cli.Demo;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Tests.Cli;

/// <summary>How a demo shows what learning did, without a terminal.</summary>
public class ComparisonViewTests
{
    private readonly StringWriter _written = new(CultureInfo.InvariantCulture);
    private readonly ComparisonView _view;

    public ComparisonViewTests()
    {
        IAnsiConsole console = AnsiConsole.Create(new() { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(_written) });
        console.Profile.Width = 100;
        _view = new(console);
    }

    [Theory]
    [InlineData("price", "price * count", "better", "before after")]
    [InlineData("price * count", "price", "worse", "before after")]
    [InlineData("price", "price * c", "better", "before after written")]
    [InlineData("price * c", "", "worse", "before after written")]
    [InlineData("price", "price", "same", "unchanged written")]
    [InlineData("price * count", "price * count", "same", "")]
    public void A_place_is_marked_and_what_is_equal_is_shown_once(string before, string after, string change, string labels)
    {
        _view.Show(Item(before), Item(after), 1, 2);

        string[] lines = _written.ToString().Split('\n');
        Assert.Contains("  " + change + "  ", lines[1], StringComparison.Ordinal);
        Assert.Equal(labels, string.Join(' ', lines.Where(line => line.Contains("total = ", StringComparison.Ordinal)).Select(line => line.Split('│')[0].Trim()).Where(label => label != "1")));
    }

    [Fact]
    public void Figures_stand_beside_each_other_and_places_are_counted()
    {
        DemoReport before = Report(Item("price"), Item("price * count"), Item("price"));

        _view.Show(new DemoComparison(null, before, Result(AdaptationOutcome.Activated), Report(Item("price * count"), Item("price"), Item("price")), null));

        string shown = _written.ToString();
        Assert.Matches(@"exact match +33\.3 %  \(1 of 3\) +33\.3 %  \(1 of 3\)", shown);
        Assert.Contains("1 better, 1 the same, 1 worse, of 3", shown, StringComparison.Ordinal);
        Assert.Contains("Nothing of this was kept", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AdaptationOutcome.Rejected, "Rejected: Because.", "completions stay as they are")]
    [InlineData(AdaptationOutcome.NotEnoughSamples, "completions alone: Because.", "Nothing could be learned")]
    [InlineData(AdaptationOutcome.Failed, "completions alone: Because.", "Nothing could be learned")]
    public void Where_nothing_is_served_it_says_why_and_shows_the_completions_that_there_are(AdaptationOutcome outcome, string reason, string consequence)
    {
        _view.ShowVerdict(Result(outcome));
        _view.Show(new DemoComparison(null, Report(Item("price")), Result(outcome), null, "Because."));

        string shown = _written.ToString();
        Assert.All((string[])[reason, consequence, "suggested │ total = ", "written │ total = ", "0.0 %  (0 of 1)"], part => Assert.Contains(part, shown, StringComparison.Ordinal));
        Assert.DoesNotContain("better", shown, StringComparison.Ordinal);
    }

    private static DemoItem Item(string completion) => new(
        new("a.py", "total = \n", 0, 8, "price * count"),
        completion,
        LineScore.Of(completion, "price * count"),
        TimeSpan.FromMilliseconds(20),
        new() { Completions = [], PromptTokens = 10, CachedTokens = 0, GeneratedTokens = 3, Timings = new(0, 0, 0, 0, 0) });

    private static DemoReport Report(params DemoItem[] items) => new(
        "/a",
        null,
        new(null, items.Length, 0, DemoKind.Line, UseContext: true, Learn: true, TimeSpan.FromMinutes(2), Json: false),
        new()
        {
            Daemon = new() { Version = "1", ProcessId = 1, StartedAt = DateTimeOffset.UnixEpoch, UptimeMs = 0, ResidentBytes = 0, LogFile = "", Sessions = 0 },
            Model = new() { Id = "model", Path = "", State = ModelState.Ready },
            Engine = new() { Threads = 2 },
            Completions = new(0, 0, 0, 0),
            Offline = true,
        },
        items);

    private static AdaptationResult Result(AdaptationOutcome outcome) => new()
    {
        Outcome = outcome,
        Reason = "Because.",
        Samples = new(0, 0, new Dictionary<string, int>()),
        TrainedTokens = 0,
        DurationMs = 0,
    };
}
