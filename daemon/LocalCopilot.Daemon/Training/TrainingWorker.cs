using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Training;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Training;

/// <summary>Runs training jobs in a child process, so that what goes wrong there costs a training run and never a completion.</summary>
/// <remarks>
/// The child makes way at once when a completion is wanted, and goes on when none was for a while. One that crashes is started again
/// and goes on from its checkpoint. It ends with a checkpoint when it is cancelled, and when this process is gone.
/// </remarks>
internal sealed partial class TrainingWorker(CompletionActivity activity, LocalCopilotOptions options, ILogger<TrainingWorker> logger)
{
    /// <summary>A job that brings its process down so often will do so again.</summary>
    private const int MostCrashes = 3;

    private const int MostErrorCharacters = 2000;

    /// <summary>For the checkpoint of a large model on a slow disk.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    /// <param name="jobFile">Where the job is written for the child.</param>
    /// <param name="progress">Told of every report, one at a time.</param>
    /// <exception cref="TrainingFailedException">The model, the samples or the memory do not do, or the child crashes again and again.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint is written.</exception>
    /// <exception cref="IOException">The job cannot be written.</exception>
    public async Task<TrainingReport> RunAsync(TrainingJob job, string jobFile, Action<TrainingReport> progress, CancellationToken cancellationToken)
    {
        job.Write(jobFile);
        for (int crashes = 1; ; crashes++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (exitCode, last, error) = await RunOnceAsync(jobFile, progress, cancellationToken);
            if (exitCode == 0 && last is { Phase: TrainingPhase.Done })
            {
                return last;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (last is { Phase: TrainingPhase.Failed })
            {
                throw new TrainingFailedException(last.Message ?? "Training failed.");
            }

            Log.Crashed(logger, exitCode, error);
            if (crashes == MostCrashes)
            {
                throw new TrainingFailedException($"The training process ended {MostCrashes} times without a word (exit code {exitCode}). Most often there was too little memory; close other programs or select a smaller model. {error}".TrimEnd());
            }
        }
    }

    private async Task<(int ExitCode, TrainingReport? Last, string Error)> RunOnceAsync(string jobFile, Action<TrainingReport> progress, CancellationToken cancellationToken)
    {
        Process process;
        try
        {
            process = OwnProgram.Start("worker", jobFile);
        }
        catch (Win32Exception exception)
        {
            throw new TrainingFailedException($"{OwnProgram.Executable} cannot be started: {exception.Message}. Check that the installation is complete.");
        }

        using (process)
        {
            using WorkerRequests requests = new(process.StandardInput);
            using CancellationTokenSource ended = new();
            using CancellationTokenRegistration stop = cancellationToken.Register(() =>
            {
                requests.Send("stop");
                _ = KillLaterAsync(process, ended.Token);
            });
            Task<string> error = ReadErrorAsync(process.StandardError);
            Task pausing = PauseForCompletionsAsync(requests, ended.Token);
            TrainingReport? last = null;
            try
            {
                while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
                {
                    if (TryRead(line) is { } report)
                    {
                        last = report;
                        progress(report);
                    }
                }

                await process.WaitForExitAsync(CancellationToken.None);
                return (process.ExitCode, last, await error);
            }
            finally
            {
                await ended.CancelAsync();
                await pausing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task PauseForCompletionsAsync(WorkerRequests requests, CancellationToken cancellationToken)
    {
        using SemaphoreSlim wanted = new(0);
        void OnWanted()
        {
            requests.Pause();
            wanted.Release();
        }

        activity.Wanted += OnWanted;
        try
        {
            while (true)
            {
                await wanted.WaitAsync(cancellationToken);
                await activity.WhenQuietAsync(options.Adaptation.ResumeAfter, cancellationToken);
                requests.Resume();
            }
        }
        finally
        {
            activity.Wanted -= OnWanted;
        }
    }

    private static async Task KillLaterAsync(Process process, CancellationToken ended)
    {
        await Task.Delay(StopPatience, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCancellationRequested)
        {
            process.Kill();
        }
    }

    private static async Task<string> ReadErrorAsync(StreamReader reader)
    {
        string text = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            text = (text + line + "\n") is var longer && longer.Length > MostErrorCharacters ? longer[^MostErrorCharacters..] : longer;
        }

        return text.Trim();
    }

    /// <remarks>What a process that is killed wrote last may be half a line.</remarks>
    private static TrainingReport? TryRead(string line)
    {
        try
        {
            return TrainingReport.FromJson(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The training process ended with {ExitCode}; it goes on from its checkpoint. {Error}")]
        public static partial void Crashed(ILogger logger, int exitCode, string error);
    }
}
