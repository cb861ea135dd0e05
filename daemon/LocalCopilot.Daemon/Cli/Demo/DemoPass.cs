using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Asks the daemon for a completion at each place, one after the other, as one editor would.</summary>
internal sealed class DemoRun(CommandContext context, DaemonClient daemon, string root, string? head, DemoRequest request)
{
    public async Task<DemoReport> RunAsync(IReadOnlyList<LinePosition> positions, CancellationToken cancellationToken)
    {
        await Waiting.ForAsync(context, "Loading the model and reading the repository ...", PrepareAsync(positions[0], cancellationToken));
        if (request.Json)
        {
            return await RunAsync(context.Error, positions, (_, _) => { }, cancellationToken);
        }

        DemoView view = new(context.Output);
        view.ShowHead(root, head, positions.Count, request, await StatusAsync(cancellationToken));
        DemoReport report = await RunAsync(context.Output, positions, (item, number) => view.Show(item, number, positions.Count), cancellationToken);
        view.Show(report);
        return report;
    }

    private async Task<DemoReport> RunAsync(IAnsiConsole progress, IReadOnlyList<LinePosition> positions, Action<DemoItem, int> completed, CancellationToken cancellationToken)
    {
        List<DemoItem> items = await Waiting.WithProgressAsync(
            progress,
            $"Completing at {positions.Count} places",
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

    /// <summary>Loads the model and waits for the repository's index, so that neither is in the times.</summary>
    private Task<CompleteResult> PrepareAsync(LinePosition first, CancellationToken cancellationToken) =>
        daemon.Control.CompleteAsync(At(first) with { Position = new(0, 0) }, cancellationToken);

    private Task<StatusResult> StatusAsync(CancellationToken cancellationToken) => daemon.Control.StatusAsync(new() { Repository = root }, cancellationToken);

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
