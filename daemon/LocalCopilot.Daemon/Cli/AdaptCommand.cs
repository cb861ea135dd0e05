using System.CommandLine;
using System.Globalization;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Has a repository learned now, and shows it.</summary>
internal static class AdaptCommand
{
    public static Command Create(CommandContext context)
    {
        RepositoryArgument repository = new();
        Option<bool> force = new("--force") { Description = "Also with few new samples, or none." };
        Option<AdaptationStart?> from = new("--from") { HelpName = "active|base", Description = "What training begins from: the active adapter, or the base model; left out: the active adapter, and now and then the base model." };
        BudgetOption budget = new("as the settings say");
        Option<string?> until = new("--until") { HelpName = "COMMIT", Description = "Learn as if history ended with this commit." };
        Option<bool> watch = new("--watch") { Description = "Go on showing what is learned by itself, until Ctrl-C." };
        Option<bool> json = new("--json") { Description = "Print protocol.md's result of localCopilot/adapt." };
        Command command = new("adapt", """
            Learn a repository: train an adapter on its history, measure it on newer commits, and serve it if it is better.

            The newest commits are held out: the adapter is measured on them, against the base model and against what is active.
            It is served only if it is better by more than chance, and does not forget general code. The repository is only read.
            Ctrl-C pauses; the same command goes on. So does selecting another model: it goes on when this one is selected again.
            Ends with 0 (also when nothing was new, or nothing better came of it), with 1 when it failed, with 3 when the daemon
            cannot be reached, with 130 after Ctrl-C.
            Examples:
              localcopilot adapt
              localcopilot adapt ~/src/project --budget 5m --from base
              localcopilot adapt --watch
            """)
        { repository, force, from, budget, until, watch, json };
        command.SetAction((parsed, cancellationToken) =>
        {
            AdaptParams parameters = new()
            {
                Repository = repository.Of(parsed),
                Force = parsed.GetValue(force),
                From = parsed.GetValue(from),
                BudgetMs = parsed.GetValue(budget) is { } time ? (long)time.TotalMilliseconds : null,
                Until = parsed.GetValue(until),
            };
            return DaemonCall.RunAsync(context, daemon => RunAsync(context, daemon, parameters, parsed.GetValue(watch), parsed.GetValue(json), cancellationToken), cancellationToken);
        });
        return command;
    }

    /// <summary>Runs a round and shows it on standard error.</summary>
    internal static async Task<AdaptationResult> ShowAsync(CommandContext context, DaemonClient daemon, AdaptParams parameters, CancellationToken cancellationToken)
    {
        LearningView view = new(context.Error);
        daemon.AdaptationChanged += view.Take;
        try
        {
            return await view.ShowAsync(() => daemon.Learning.AdaptAsync(parameters, cancellationToken));
        }
        finally
        {
            daemon.AdaptationChanged -= view.Take;
        }
    }

    /// <summary>Shows a round's verdict, and what it rests on.</summary>
    internal static void ShowResult(IAnsiConsole output, AdaptationResult result)
    {
        string outcome = result.Outcome switch
        {
            AdaptationOutcome.Activated => "Active",
            AdaptationOutcome.Rejected => "Rejected",
            AdaptationOutcome.NotEnoughSamples => "Not enough samples",
            AdaptationOutcome.UpToDate => "Up to date",
            AdaptationOutcome.Cancelled => "Cancelled",
            _ => "Failed",
        };
        Color colour = result.Outcome switch
        {
            AdaptationOutcome.Activated => Color.Green,
            AdaptationOutcome.Failed => Color.Maroon,
            _ => Color.Yellow,
        };
        output.Write(new Text(outcome, new Style(colour)));
        output.WriteLine($": {result.Reason}");
        if (result.Evaluation is { } evaluation)
        {
            output.Write(Scores(evaluation));
        }

        if (result.TrainedTokens > 0)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Samples.Used} samples learned ({result.TrainedTokens / 1000.0:0} thousand tokens), {result.Samples.HeldOut} held out, in {TimeLeft.Describe(TimeSpan.FromMilliseconds(result.DurationMs))}. Left out: {Excluded(result.Samples)}."));
        }
    }

    private static Table Scores(Protocol.Evaluation evaluation)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("").AddColumn("bits/byte").AddColumn("exact match").AddColumn("similarity").AddColumn("general code, bits/byte");
        Row("base", evaluation.Base, evaluation.Canary.Base);
        if (evaluation.Active is { } active)
        {
            Row("active before", active, null);
        }

        Row("this adapter", evaluation.Candidate, evaluation.Canary.Candidate);
        return table;

        void Row(string name, Score score, Score? canary) => table.AddRow(
            new Text(name),
            Number($"{score.BitsPerByte:0.000}"),
            Number($"{score.ExactMatch * 100:0.0} %"),
            Number($"{score.EditSimilarity:0.000}"),
            canary is null ? new Text("") : Number($"{canary.BitsPerByte:0.000}"));

        static Text Number(FormattableString text) => new(text.ToString(CultureInfo.InvariantCulture));
    }

    private static string Excluded(SampleCounts samples) =>
        samples.Excluded.Count == 0 ? "nothing" : string.Join(", ", samples.Excluded.OrderByDescending(pair => pair.Value).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {pair.Key}")));

    private static async Task<int> RunAsync(CommandContext context, DaemonClient daemon, AdaptParams parameters, bool watch, bool json, CancellationToken cancellationToken)
    {
        AdaptationResult result;
        try
        {
            result = await ShowAsync(context, daemon, parameters, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            context.Error.WriteLine("Paused. What was done is kept; `localcopilot adapt` goes on from there, and so does the daemon when the machine is idle.");
            return ExitCodes.Interrupted;
        }

        if (json)
        {
            await context.WriteJsonAsync(result, cancellationToken);
        }
        else
        {
            ShowResult(context.Output, result);
            if (result.Adapter is { State: AdapterState.Active } adapter)
            {
                context.Output.WriteLine($"Adapter {adapter.Id[..8]} is served; `localcopilot adapters rollback` goes back.");
            }
        }

        if (watch)
        {
            await WatchAsync(context, daemon, parameters.Repository, cancellationToken);
        }

        return result.Outcome == AdaptationOutcome.Failed ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task WatchAsync(CommandContext context, DaemonClient daemon, string repository, CancellationToken cancellationToken)
    {
        // Asking makes the daemon follow it.
        StatusResult status = await daemon.Control.StatusAsync(new() { Repository = repository }, cancellationToken);
        context.Error.WriteLine($"Watching {status.Repository?.Root ?? repository}; Ctrl-C ends that, and the daemon goes on.");
        LearningView view = new(context.Error);
        string? reason = status.Repository?.Reason;
        void OnChanged(RepositoryStatus changed)
        {
            if (changed.Root != status.Repository?.Root)
            {
                return;
            }

            view.Take(changed);
            if (changed.State == RepositoryState.Watching && changed.Reason != reason)
            {
                reason = changed.Reason;
                context.Output.WriteLine($"{context.Time.GetLocalNow():HH:mm} {changed.Reason}");
            }
        }

        daemon.AdaptationChanged += OnChanged;
        try
        {
            await view.ShowAsync(async () =>
            {
                await daemon.Completion.WaitAsync(cancellationToken);
                return true;
            });
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
        finally
        {
            daemon.AdaptationChanged -= OnChanged;
        }
    }
}
