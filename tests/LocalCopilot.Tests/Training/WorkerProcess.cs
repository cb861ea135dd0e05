using System.Collections.Concurrent;
using System.Diagnostics;
using LocalCopilot.Training;

namespace LocalCopilot.Tests.Training;

/// <summary>A worker in a process of its own, as the daemon starts it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<(Func<TrainingReport, bool> Wanted, TaskCompletionSource<TrainingReport> Found)> _waiting = new();
    private readonly Task _reading;

    private WorkerProcess(Process process, TrainingJob job)
    {
        _process = process;
        Job = job;
        _reading = ReadAsync();
    }

    public static string Command => Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "localcopilot.exe" : "localcopilot");

    public TrainingJob Job { get; }

    public int Id => _process.Id;

    public TrainingReport Last { get; private set; } = new() { Phase = TrainingPhase.Loading };

    public static WorkerProcess Start(string folder, TrainingJob job, string? program = null, string[]? arguments = null)
    {
        string file = Path.Combine(folder, $"{Guid.NewGuid():N}.json");
        job.Write(file);
        ProcessStartInfo start = new(program ?? Command, [.. arguments ?? ["worker"], file]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new(Process.Start(start)!, job);
    }

    public void Send(string request)
    {
        _process.StandardInput.WriteLine(request);
        _process.StandardInput.Flush();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void Kill() => _process.Kill();

    /// <summary>The next report of a kind.</summary>
    public Task<TrainingReport> ReportAsync(Func<TrainingReport, bool> wanted)
    {
        TaskCompletionSource<TrainingReport> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue((wanted, found));
        return found.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await _reading;
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            TrainingReport report;
            try
            {
                report = TrainingReport.FromJson(line);
            }
            catch (System.Text.Json.JsonException)
            {
                // The last line of a process that was killed may be half.
                continue;
            }

            Last = report;
            while (_waiting.TryPeek(out var waiting) && waiting.Wanted(report))
            {
                _waiting.TryDequeue(out _);
                waiting.Found.TrySetResult(report);
            }
        }
    }
}
