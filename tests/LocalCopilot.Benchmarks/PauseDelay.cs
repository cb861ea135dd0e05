using System.Diagnostics;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Benchmarks;

/// <summary>How soon the worker process stands still after it was asked to pause, at random moments of its computing.</summary>
internal static class PauseDelay
{
    private const int Rounds = 40;
    private const int RowTokens = 512;

    public static async Task<int> RunAsync(string model, int threads, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lc-pause-");
        try
        {
            TrainingJob job = WriteJob(model, threads, folder.FullName);
            using Process worker = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "localcopilot.exe" : "localcopilot"), ["worker", Path.Combine(folder.FullName, "job.json")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            Measurements delays = new();
            Random random = new(1);
            TrainingReport step = await ReportAsync(worker, report => report.Loss is not null, cancellationToken);
            while (delays.Count < Rounds)
            {
                await Task.Delay(random.Next(50, 3000), cancellationToken);
                long begin = Stopwatch.GetTimestamp();
                await SendAsync(worker, "pause", cancellationToken);
                await ReportAsync(worker, report => report.Phase == TrainingPhase.Paused, cancellationToken);
                delays.Add(Stopwatch.GetElapsedTime(begin));
                await SendAsync(worker, "resume", cancellationToken);
            }

            await SendAsync(worker, "stop", cancellationToken);
            await worker.WaitForExitAsync(cancellationToken);
            Console.WriteLine(FormattableString.Invariant($"{Path.GetFileName(job.Model)}, rows of {RowTokens}, {threads} threads, {RowTokens / step.TokensPerSecond:0.00} s a row: from the request to the worker's word that it waits {delays}"));
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static TrainingJob WriteJob(string model, int threads, string folder)
    {
        string file = model.Length > 0 ? Path.GetFullPath(model) : EmbeddedModelFile.Path;
        int vocabulary = (int)GgufFile.Read(file).Tensors.First(tensor => tensor.Name == "token_embd.weight").Shape[1];
        RandomNumbers random = new(11);
        TrainingJob job = new()
        {
            Model = file,
            Samples = Path.Combine(folder, "samples.jsonl"),
            Output = Path.Combine(folder, "adapter.gguf"),
            Threads = threads,
            Recipe = new() { RowTokens = RowTokens, SamplesPerStep = 4, Epochs = 100_000 },
        };
        using (StreamWriter writer = File.CreateText(job.Samples))
        {
            SampleFile.Write(writer, Enumerable.Range(0, 8).Select(_ => new TrainingSample([.. Enumerable.Range(0, RowTokens).Select(_ => random.Next(vocabulary))], 1)));
        }

        job.Write(Path.Combine(folder, "job.json"));
        return job;
    }

    private static async Task SendAsync(Process worker, string request, CancellationToken cancellationToken)
    {
        await worker.StandardInput.WriteLineAsync(request.AsMemory(), cancellationToken);
        await worker.StandardInput.FlushAsync(cancellationToken);
    }

    /// <summary>The next report of a kind.</summary>
    private static async Task<TrainingReport> ReportAsync(Process worker, Func<TrainingReport, bool> wanted, CancellationToken cancellationToken)
    {
        while (await worker.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (TrainingReport.FromJson(line) is var report && wanted(report))
            {
                return report;
            }
        }

        throw new InvalidOperationException("The worker has ended.");
    }
}
