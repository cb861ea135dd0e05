using System.Globalization;
using LocalCopilot.Daemon.Evaluation;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Completions alone, each shown beside what was really written.</summary>
internal sealed class CompletionDemo(CommandContext context, DemoPass pass, DemoRequest request)
{
    public async Task<DemoReport> RunAsync(string root, string? head, IReadOnlyList<LinePosition> positions, CancellationToken cancellationToken)
    {
        await pass.PrepareAsync(positions[0], cancellationToken);
        DemoView? view = request.Json ? null : new(context.Output);
        view?.ShowHead(root, head, positions.Count, request, await pass.StatusAsync(cancellationToken));
        DemoReport report = await pass.RunAsync(
            string.Create(CultureInfo.InvariantCulture, $"Completing at {positions.Count} places"),
            positions,
            (item, number) => view?.Show(item, number, positions.Count),
            cancellationToken);
        view?.Show(report);
        return report;
    }
}
