using System.CommandLine;
using LocalCopilot.Daemon.Training;
using LocalCopilot.Training;

namespace LocalCopilot.Daemon.Cli;

/// <summary>The child process that trains one adapter. The daemon starts it; people use <c>train</c>.</summary>
/// <remarks>
/// Standard output: a <see cref="TrainingReport"/> as JSON in each line. Standard input: lines <c>pause</c>, <c>resume</c>, <c>stop</c>.
/// When standard input ends the parent is gone, and the worker stops with a checkpoint, as on SIGTERM. Started again with the same
/// job it goes on from there.
/// </remarks>
internal static class WorkerCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> job = new("job") { Description = "JSON file of the job." };
        Command command = new("worker", """
            Train one adapter for the daemon: a job file in, reports as lines of JSON out, requests as lines of text on standard input.

            Requests: pause, resume, stop. Where standard input ends, the worker stops and leaves a checkpoint.
            Ends with 0 when the adapter is written, with 1 when it failed, with 130 when it was stopped.
            Example:
              localcopilot worker job.json
            """)
        { job };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(context, parsed.GetValue(job)!, Console.In, cancellationToken));
        return command;
    }

    public static async Task<int> RunAsync(CommandContext context, string jobFile, TextReader requests, CancellationToken cancellationToken)
    {
        using RunControl control = new();
        TextWriter output = TextWriter.Synchronized(context.Output.Profile.Out.Writer);
        LineReports reports = new(output, control);
        Thread listener = new(() => Listen(requests, control)) { IsBackground = true, Name = "requests" };
        listener.Start();
        return await Task.Factory.StartNew(
            () =>
            {
                LowPriority.Enter();
                try
                {
                    TrainingReport last = new TrainingRun(TrainingJob.Read(jobFile), control, reports, context.Time).Run(cancellationToken);
                    return last.Phase == TrainingPhase.Done ? ExitCodes.Success : ExitCodes.Interrupted;
                }
                catch (Exception exception) when (TrainingErrors.IsExpected(exception))
                {
                    reports.Report(reports.Last with { Phase = TrainingPhase.Failed, Message = exception.Message });
                    return ExitCodes.Failure;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private static void Listen(TextReader requests, RunControl control)
    {
        try
        {
            while (requests.ReadLine() is { } line)
            {
                switch (line.Trim())
                {
                    case "pause":
                        control.Pause();
                        break;
                    case "resume":
                        control.Resume();
                        break;
                    case "stop":
                        control.Stop();
                        break;
                }
            }

            control.Stop();
        }
        catch (ObjectDisposedException)
        {
            // The run is over.
        }
        catch (IOException)
        {
            control.Stop();
        }
    }

    /// <summary>Writes each report as a line. A reader that is gone ends the run.</summary>
    private sealed class LineReports(TextWriter output, RunControl control) : IProgress<TrainingReport>
    {
        public TrainingReport Last { get; private set; } = new() { Phase = TrainingPhase.Loading };

        public void Report(TrainingReport value)
        {
            Last = value;
            try
            {
                output.WriteLine(value.ToJson());
                output.Flush();
            }
            catch (IOException)
            {
                control.Stop();
            }
        }
    }
}
