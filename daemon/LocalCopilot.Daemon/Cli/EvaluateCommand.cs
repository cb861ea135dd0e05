using System.CommandLine;
using System.Globalization;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Measures completions on what was really written in some commits.</summary>
internal static class EvaluateCommand
{
    public static Command Create(CommandContext context)
    {
        RepositoryArgument repository = new();
        Option<string> since = new("--since") { HelpName = "COMMIT", Description = "Measure on what was written after this commit.", Required = true };
        Option<string?> until = new("--until") { HelpName = "COMMIT", Description = "The last commit; left out: what is checked out." };
        NumberOption limit = new("--limit", least: 1) { Description = "Edits to measure, at most, spread evenly." };
        Option<string?> adapter = new("--adapter") { HelpName = "ID|active|none", Description = "Which adapter; left out: the active one." };
        Option<bool> noContext = new("--no-context") { Description = "Use no text of other files." };
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/evaluate, with every edit." };
        Command command = new("evaluate", """
            Measure completions on what was really written in some commits, with the text that other files had then.

            bits/byte: how unexpected what was written was; lower is better. Exact match: the suggestion is just that.
            Ends with 0, with 1 when there is no such commit or adapter, with 3 when the daemon cannot be reached.
            Examples:
              localcopilot evaluate --since HEAD~20
              localcopilot evaluate ~/src/project --since v2.0 --adapter none --limit 200 --json
            """)
        { repository, since, until, limit, adapter, noContext, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            EvaluateParams parameters = new()
            {
                Repository = repository.Of(parsed),
                Since = parsed.GetValue(since)!,
                Until = parsed.GetValue(until),
                Limit = parsed.GetValue(limit),
                Adapter = parsed.GetValue(adapter),
                UseContext = !parsed.GetValue(noContext),
            };
            return DaemonCall.RunAsync(context, daemon => RunAsync(context, daemon, parameters, parsed.GetValue(json), cancellationToken), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, DaemonClient daemon, EvaluateParams parameters, bool json, CancellationToken cancellationToken)
    {
        LearningView view = new(context.Error);
        daemon.AdaptationChanged += view.Take;
        EvaluateResult result = await view.ShowAsync(() => daemon.Learning.EvaluateAsync(parameters, cancellationToken));
        daemon.AdaptationChanged -= view.Take;
        if (json)
        {
            await context.WriteJsonAsync(result, cancellationToken);
        }
        else if (result.Items == 0)
        {
            context.Output.WriteLine($"Nothing that could be completed was written after {parameters.Since}.");
        }
        else
        {
            context.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Items} edits: {result.Score.BitsPerByte:0.000} bits/byte, {result.Score.ExactMatch * 100:0.0} % exact match, {result.Score.EditSimilarity:0.000} similar"));
        }

        return ExitCodes.Success;
    }
}
