using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Shows on a terminal, on standard error, that something is going on.</summary>
internal static class Waiting
{
    /// <summary>What is over sooner is not worth a word.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    public static async Task<T> ForAsync<T>(CommandContext context, string what, Task<T> work)
    {
        if (context.Error.Profile.Capabilities.Interactive && await Task.WhenAny(work, Task.Delay(Grace, context.Time)) != work)
        {
            await context.Error.Status().StartAsync(Markup.Escape(what), _ => work);
        }

        return await work;
    }
}
