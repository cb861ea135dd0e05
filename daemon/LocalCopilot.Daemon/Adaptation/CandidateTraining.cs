using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Training;
using LocalCopilot.Protocol;
using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Optimization;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Trains the candidate that a run's folder has the samples of, in the worker, from its checkpoint where there is one.</summary>
internal sealed class CandidateTraining(TrainingWorker worker, LocalCopilotOptions options)
{
    /// <summary>Training that is slower than expected ends after so many times its time, short of its steps.</summary>
    private const double Patience = 2;

    /// <param name="beginning">What training goes on from; null: a new adapter.</param>
    /// <param name="recipe">With the steps that are to be done.</param>
    /// <exception cref="TrainingFailedException">The model, the samples or the memory do not do, or the worker crashes again and again.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the checkpoint is written.</exception>
    public async Task<TrainedCandidate> RunAsync(RunFolder folder, ServedModel model, AdapterFile? beginning, LoraOptions lora, TrainingRecipe recipe, Action<AdaptationStage> stage, CancellationToken cancellationToken)
    {
        TrainingJob job = new()
        {
            Model = model.Path,
            Samples = folder.SamplesFile,
            Output = "",
            Beginning = beginning?.Path,
            Lora = lora,
            Threads = EngineThreads.Resolve(options.Adaptation.Threads),
            CheckpointSeconds = 10,
            MaxSeconds = Patience * folder.Plan.BudgetMs / 1000,
            Recipe = recipe with { Epochs = 1000 },
        };
        string candidate = folder.CandidateFile(System.Text.Json.JsonSerializer.Serialize(job));
        TrainingReport? last = File.Exists(candidate) ? null : await worker.RunAsync(job with { Output = candidate }, folder.JobFile, report => stage(StageOf(report)), cancellationToken);
        return new(candidate, Llama.Gguf.GgufFile.Read(candidate).Tensors.Sum(tensor => tensor.Elements), last?.TokensPerSecond);
    }

    private static AdaptationStage StageOf(TrainingReport report) => new(
        report.Phase == TrainingPhase.Paused ? RepositoryState.Paused : RepositoryState.Training,
        report.Phase == TrainingPhase.Paused ? "Training waits while completions are wanted" : report.Message,
        report.Steps > 0 ? new(report.Step, report.Steps, report.SmoothedLoss, report.TokensPerSecond, report.SecondsLeft is { } left ? (long)(left * 1000) : null) : null);
}

/// <param name="Parameters">Of the adapter.</param>
/// <param name="TokensPerSecond">Null where it was trained before and only had to be found.</param>
internal sealed record TrainedCandidate(string File, long Parameters, double? TokensPerSecond);
