using System.Globalization;
using LocalCopilot.Training;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Shows a training run: lines of JSON, a progress bar on a terminal, or a line now and then elsewhere.</summary>
internal static class TrainProgress
{
    /// <summary>Lines of a run whose output is no terminal.</summary>
    private const int Lines = 10;

    public static async Task<TrainingReport> ShowAsync(CommandContext context, bool json, Func<IProgress<TrainingReport>, Task<TrainingReport>> run)
    {
        if (json)
        {
            return await run(new Calls(report =>
            {
                context.Output.Profile.Out.Writer.WriteLine(report.ToJson());
                context.Output.Profile.Out.Writer.Flush();
            }));
        }

        if (!context.Error.Profile.Capabilities.Interactive)
        {
            int shown = -1;
            return await run(new Calls(report =>
            {
                int part = report.Steps > 0 ? report.Step * Lines / report.Steps : -1;
                if (part != shown && report.Phase == TrainingPhase.Training && report.Loss is not null)
                {
                    shown = part;
                    context.Error.WriteLine(Line(report));
                }
            }));
        }

        return await context.Error.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .StartAsync(async progress =>
            {
                ProgressTask task = progress.AddTask("Loading");
                return await run(new Calls(report =>
                {
                    task.MaxValue = Math.Max(1, report.Steps);
                    task.Value = report.Step;
                    task.Description = Markup.Escape(report.Phase == TrainingPhase.Training && report.Loss is not null ? Line(report) : report.Phase.ToString());
                }));
            });
    }

    /// <summary>What came of it, for people.</summary>
    public static string Summary(TrainingJob job, TrainingReport last)
    {
        string loss = (last.FirstHeldOutLoss, last.HeldOutLoss) is ({ } before, { } after)
            ? string.Create(CultureInfo.InvariantCulture, $" Loss on held-out samples: {before:0.000} before, {after:0.000} after ({(after / before) - 1:+0.0 %;-0.0 %}).")
            : "";
        string remark = last.Message is { } message ? $" {message}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{job.Output} is trained: {last.Steps} steps, {last.Samples} samples, {last.TokensPerSecond:0} tokens a second.{loss}{remark}");
    }

    private static string Line(TrainingReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"step {report.Step}/{report.Steps} loss {report.SmoothedLoss:0.000}{(report.HeldOutLoss is { } heldOut ? $" (held out {heldOut:0.000})" : "")} {report.TokensPerSecond:0} tokens/s, {TimeLeft.Describe(TimeSpan.FromSeconds(report.SecondsLeft ?? 0))} left");

    /// <summary>Calls at once, on the caller's thread: <see cref="Progress{T}"/> would mix up the order.</summary>
    private sealed class Calls(Action<TrainingReport> show) : IProgress<TrainingReport>
    {
        public void Report(TrainingReport value) => show(value);
    }
}
