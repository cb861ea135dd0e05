using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Shows on a terminal, on standard error, that something is going on. Elsewhere it only waits.</summary>
internal static class Waiting
{
    /// <summary>What is over sooner is not worth a word.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    public static async Task<T> ForAsync<T>(CommandContext context, string what, Task<T> work)
    {
        if (context.Error.Profile.Out.IsTerminal && await Task.WhenAny(work, Task.Delay(Grace, context.Time)) != work)
        {
            await context.Error.Status().StartAsync(Markup.Escape(what), _ => work);
        }

        return await work;
    }

    /// <summary>With a bar and the time left, below everything else that is written meanwhile.</summary>
    /// <param name="console">Where the bar is shown, if it is a terminal.</param>
    /// <param name="work">Is given what to call with the number of steps that are done.</param>
    public static Task<T> WithProgressAsync<T>(IAnsiConsole console, string what, int steps, Func<Action<int>, Task<T>> work)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            return work(_ => { });
        }

        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(progress =>
            {
                ProgressTask task = progress.AddTask(Markup.Escape(what), maxValue: steps);
                return work(done => task.Value = done);
            });
    }
}
