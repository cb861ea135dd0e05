using System.Globalization;
using LocalCopilot.Protocol;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Shows a round of learning while it runs: phase, bar, time left and the curve of the loss on a terminal, a line now and then elsewhere.</summary>
/// <remarks>Told on any thread, drawn on one.</remarks>
internal sealed class LearningView(IAnsiConsole console)
{
    private const int CurveWidth = 24;

    /// <summary>Lines of a phase where the output is no terminal.</summary>
    private const int Lines = 5;

    private readonly Lock _gate = new();
    private readonly List<double> _losses = [];
    private RepositoryStatus? _status;
    private (RepositoryState State, string? Reason, int Part) _shown;

    /// <summary>Something has changed.</summary>
    public void Take(RepositoryStatus status)
    {
        lock (_gate)
        {
            _status = status;
            if (status.State == RepositoryState.Training && status.Progress?.Loss is { } loss)
            {
                _losses.Add(loss);
            }
        }

        if (!console.Profile.Out.IsTerminal)
        {
            WriteLine(status);
        }
    }

    public async Task<T> ShowAsync<T>(Func<Task<T>> work)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            return await work();
        }

        return await console.Progress().AutoClear(true).AutoRefresh(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async progress =>
            {
                ProgressTask task = progress.AddTask("Starting");
                Task<T> running = work();
                while (await Task.WhenAny(running, Task.Delay(100)) != running)
                {
                    lock (_gate)
                    {
                        if (_status is { } status)
                        {
                            task.Description = Markup.Escape(Describe(status));
                            task.IsIndeterminate = status.Progress is not { Steps: > 0 };
                            task.MaxValue = Math.Max(1, status.Progress?.Steps ?? 1);
                            task.Value = status.Progress?.Step ?? 0;
                        }
                    }
                }

                return await running;
            });
    }

    private void WriteLine(RepositoryStatus status)
    {
        int part = status.Progress is { Steps: > 0 } progress ? progress.Step * Lines / progress.Steps : 0;
        lock (_gate)
        {
            if (status.State is RepositoryState.Watching or RepositoryState.Disabled || _shown == (status.State, status.Reason, part))
            {
                return;
            }

            _shown = (status.State, status.Reason, part);
        }

        console.WriteLine(Describe(status));
    }

    private string Describe(RepositoryStatus status)
    {
        AdaptationProgress? progress = status.Progress;
        List<string> parts =
        [
            status.State switch
            {
                RepositoryState.Collecting => status.Reason ?? "Collecting samples",
                RepositoryState.Training => "Training",
                RepositoryState.Paused => status.Reason ?? "Paused",
                RepositoryState.Evaluating => status.Reason ?? "Measuring",
                _ => "Waiting",
            },
        ];
        if (progress is { Steps: > 0 })
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{progress.Step}/{progress.Steps}"));
        }

        if (progress?.Loss is { } loss && status.State is RepositoryState.Training or RepositoryState.Paused)
        {
            string curve = console.Profile.Out.IsTerminal && console.Profile.Capabilities.Unicode ? Sparkline.Of(_losses, CurveWidth) + " " : "";
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"loss {curve}{loss:0.000}"));
        }

        if (progress?.TokensPerSecond is { } speed)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{speed:0} tokens/s"));
        }

        if (progress?.RemainingMs is { } left)
        {
            parts.Add($"{TimeLeft.Describe(TimeSpan.FromMilliseconds(left))} left");
        }

        return string.Join(", ", parts);
    }
}
