using System.CommandLine;
using LocalCopilot.Training;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Trains an adapter from a file of samples, without a daemon.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandContext context)
    {
        TrainingJob jobDefaults = new() { Model = "", Samples = "", Output = "" };
        Option<string> model = new("--model") { Description = "GGUF file of the model.", Required = true };
        Option<string> data = new("--data") { Description = "Samples, one JSON object a line: {\"prompt\": \"...\", \"completion\": \"...\"} or {\"tokens\": [...], \"firstTarget\": N}.", Required = true };
        Option<string> output = new("--out") { Description = "Where the adapter goes, a GGUF file that llama.cpp loads.", Required = true };
        Option<string?> heldOut = new("--held-out") { Description = "Samples to measure with and never learn." };
        Option<string?> from = new("--from") { Description = "Adapter to go on training, of the same model, rank and alpha: a GGUF file or a folder of PEFT's." };
        Option<string?> peft = new("--peft") { Description = "Folder to write the adapter to for Hugging Face's PEFT, too." };
        Option<int> rank = new("--rank") { Description = "Rank of the adapter.", DefaultValueFactory = _ => jobDefaults.Lora.Rank };
        Option<float?> alpha = new("--alpha") { Description = "Strength of the adapter; twice the rank where it is left out." };
        Option<bool> rankStabilized = new("--rslora") { Description = "Scale by alpha / sqrt(rank) instead of alpha / rank." };
        Option<float> dropout = new("--dropout") { Description = "Share of the adapter's inputs left out in training, 0 to 0.9." };
        Option<double> epochs = new("--epochs") { Description = "Times that each sample is seen.", DefaultValueFactory = _ => jobDefaults.Recipe.Epochs };
        Option<int?> steps = new("--steps") { Description = "Steps of the optimizer, at most." };
        Option<int> batch = new("--batch") { Description = "Samples of a step.", DefaultValueFactory = _ => jobDefaults.Recipe.SamplesPerStep };
        Option<double> rate = new("--learning-rate") { Description = "Learning rate after the warmup.", DefaultValueFactory = _ => jobDefaults.Recipe.LearningRate };
        Option<double> plusRatio = new("--plus-ratio") { Description = "LoRA+: B's rate is A's times this.", DefaultValueFactory = _ => jobDefaults.Recipe.PlusRatio };
        Option<int> rowTokens = new("--row-tokens") { Description = "Tokens that are computed at once, and of a sample, at most. Takes memory.", DefaultValueFactory = _ => jobDefaults.Recipe.RowTokens };
        Option<int> every = new("--evaluate-every") { Description = "Steps between two measurements of the held-out samples; 0: before and after only." };
        Option<int> seed = new("--seed") { Description = "The same seed and threads give the same adapter.", DefaultValueFactory = _ => jobDefaults.Recipe.Seed };
        Option<int?> threads = new("--threads") { Description = "Threads; half of the processor's where it is left out." };
        Option<string?> device = new("--device") { Description = "Device that computes, as `doctor` lists it, e.g. Vulkan0; the processor where it is left out." };
        Option<int?> memory = new("--memory") { Description = "Megabytes that training may take; four fifths of what is free where it is left out." };
        Option<bool> json = new("--json") { Description = "Print a JSON object for each step instead of a progress bar." };
        Command command = new("train", """
            Train a LoRA adapter for a GGUF model from a file of samples. No daemon is needed.

            Ctrl-C ends it with a checkpoint beside the output; the same command goes on from there.
            Ends with 0, with 1 when the model, the samples or the memory do not do, with 130 after Ctrl-C.
            Examples:
              localcopilot train --model model.gguf --data samples.jsonl --out adapter.gguf
              localcopilot train --model model.gguf --data train.jsonl --held-out test.jsonl --out adapter.gguf --epochs 3 --rank 32 --json
            """)
        { model, data, output, heldOut, from, peft, rank, alpha, rankStabilized, dropout, epochs, steps, batch, rate, plusRatio, rowTokens, every, seed, threads, device, memory, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            context,
            jobDefaults with
            {
                Model = parsed.GetValue(model)!,
                Samples = parsed.GetValue(data)!,
                HeldOut = parsed.GetValue(heldOut),
                Output = parsed.GetValue(output)!,
                Beginning = parsed.GetValue(from),
                PeftFolder = parsed.GetValue(peft),
                Threads = parsed.GetValue(threads),
                Device = parsed.GetValue(device),
                MemoryBytes = parsed.GetValue(memory) is { } megabytes ? megabytes * 1_000_000L : null,
                Lora = new() { Rank = parsed.GetValue(rank), Alpha = parsed.GetValue(alpha) ?? 2 * parsed.GetValue(rank), RankStabilized = parsed.GetValue(rankStabilized), Dropout = parsed.GetValue(dropout) },
                Recipe = new()
                {
                    Epochs = parsed.GetValue(epochs),
                    MaxSteps = parsed.GetValue(steps),
                    SamplesPerStep = parsed.GetValue(batch),
                    LearningRate = parsed.GetValue(rate),
                    PlusRatio = parsed.GetValue(plusRatio),
                    RowTokens = parsed.GetValue(rowTokens),
                    EvaluateEverySteps = parsed.GetValue(every),
                    Seed = parsed.GetValue(seed),
                },
            },
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, TrainingJob job, bool json, CancellationToken cancellationToken)
    {
        using RunControl control = new();
        try
        {
            TrainingReport last = await TrainProgress.ShowAsync(
                context,
                json,
                progress => Task.Factory.StartNew(
                    () => new TrainingRun(job, control, progress, context.Time).Run(cancellationToken),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default));
            if (last.Phase == TrainingPhase.Stopped)
            {
                context.Error.WriteLine($"Stopped at step {last.Step} of {last.Steps}. The same command goes on from {job.CheckpointPath}.");
                return ExitCodes.Interrupted;
            }

            if (!json)
            {
                context.Output.WriteLine(TrainProgress.Summary(job, last));
            }

            return ExitCodes.Success;
        }
        catch (Exception exception) when (TrainingErrors.IsExpected(exception))
        {
            context.Error.WriteLine(exception.Message);
            if (File.Exists(job.CheckpointPath))
            {
                context.Error.WriteLine($"The last good state is in {job.CheckpointPath}; the same command goes on from there.");
            }

            return ExitCodes.Failure;
        }
    }
}
