using System.Globalization;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>The whole story: completions before, learning, the gate's verdict, and the same completions after.</summary>
internal sealed class LearningDemo(CommandContext context, DaemonClient daemon, DemoPass pass, DemoRequest request)
{
    public async Task<DemoComparison> RunAsync(string root, string head, HiddenPlaces hidden, CancellationToken cancellationToken)
    {
        IReadOnlyList<LinePosition> positions = hidden.Positions;
        ComparisonView? view = request.Json ? null : new(context.Output);
        await pass.PrepareAsync(positions[0], cancellationToken);
        view?.ShowHead(root, head, hidden, request, await pass.StatusAsync(cancellationToken));
        DemoReport before = await pass.RunAsync(Describe("before learning"), positions, (_, _) => { }, cancellationToken);
        view?.ShowBefore(before);
        AdaptParams parameters = new()
        {
            Repository = root,
            Until = hidden.Cut.Until.Sha,
            From = AdaptationStart.Base,
            Force = true,
            BudgetMs = (long)request.Budget.TotalMilliseconds,
        };
        AdaptationResult adaptation = await AdaptCommand.ShowAsync(context, daemon, parameters, cancellationToken);
        view?.ShowVerdict(adaptation);
        DemoReport? after = null;
        if (adaptation.Outcome == AdaptationOutcome.Activated)
        {
            await pass.PrepareAsync(positions[0], cancellationToken);
            after = await pass.RunAsync(Describe("after learning"), positions, (item, number) => view?.Show(before.Items[number - 1], item, number, positions.Count), cancellationToken);
        }

        DemoComparison comparison = new(hidden, before, adaptation, after, after is null ? adaptation.Reason : null);
        view?.Show(comparison);
        return comparison;

        string Describe(string when) => string.Create(CultureInfo.InvariantCulture, $"Completing at {positions.Count} places {when}");
    }
}
