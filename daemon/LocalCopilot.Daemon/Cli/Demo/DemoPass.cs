using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Asks the daemon for a completion at each place, one after the other, as one editor would.</summary>
internal sealed class DemoPass(CommandContext context, DaemonClient daemon, string root, string? head, DemoRequest request)
{
    /// <summary>Loads what is served and waits for the repository's index, so that neither is in the times.</summary>
    public Task<CompleteResult> PrepareAsync(LinePosition first, CancellationToken cancellationToken) => Waiting.ForAsync(
        context,
        "Loading the model and reading the repository ...",
        daemon.Control.CompleteAsync(At(first) with { Position = new(0, 0) }, cancellationToken));

    /// <param name="what">Said beside the bar.</param>
    /// <param name="completed">Told of each place when it is done, with its number, from 1.</param>
    public async Task<DemoReport> RunAsync(string what, IReadOnlyList<LinePosition> positions, Action<DemoItem, int> completed, CancellationToken cancellationToken)
    {
        IAnsiConsole progress = request.Json ? context.Error : context.Output;
        List<DemoItem> items = await Waiting.WithProgressAsync(
            progress,
            what,
            positions.Count,
            count => CompleteAllAsync(
                positions,
                (item, number) =>
                {
                    completed(item, number);
                    count(number);
                },
                cancellationToken));
        return new(root, head, request, await StatusAsync(cancellationToken), items);
    }

    public Task<StatusResult> StatusAsync(CancellationToken cancellationToken) => daemon.Control.StatusAsync(new() { Repository = root }, cancellationToken);

    private async Task<List<DemoItem>> CompleteAllAsync(IReadOnlyList<LinePosition> positions, Action<DemoItem, int> completed, CancellationToken cancellationToken)
    {
        List<DemoItem> items = [];
        foreach (LinePosition position in positions)
        {
            long start = context.Time.GetTimestamp();
            CompleteResult result = await daemon.Control.CompleteAsync(At(position), cancellationToken);
            TimeSpan time = context.Time.GetElapsedTime(start);
            string completion = result.Completions.Count > 0 ? result.Completions[0].Text.Replace("\r\n", "\n", StringComparison.Ordinal) : "";
            LineScore score = request.Kind == DemoKind.Line ? LineScore.Of(completion, position.Expected) : LineScore.OfBlock(completion, position.Expected);
            items.Add(new(position, completion, score, time, result));
            completed(items[^1], items.Count);
        }

        return items;
    }

    private CompleteParams At(LinePosition position) => new()
    {
        Repository = root,
        Path = position.Path,
        Text = position.Text,
        Position = new(position.Line, position.Character),
        SingleLine = request.Kind == DemoKind.Line,
        UseContext = request.UseContext,
    };
}
