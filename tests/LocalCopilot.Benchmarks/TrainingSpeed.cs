using System.Diagnostics;
using System.Globalization;
using LocalCopilot.Llama.Ggml;
using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Models;
using LocalCopilot.Training.Optimization;

namespace LocalCopilot.Benchmarks;

/// <summary>What is trained with: one row of random tokens a step.</summary>
internal sealed record TrainingSpeedOptions(string Model, int Rank, int RowTokens, int SampleTokens, int Targets, int Threads, int Steps, bool Recompute, bool Plain, bool FullPrecision);

/// <summary>Tokens a second and peak memory of training steps, and where the time goes.</summary>
internal static class TrainingSpeed
{
    private const double Billion = 1e9;

    public static int Run(TrainingSpeedOptions options)
    {
        // Memory that the runtime keeps between steps is not the trainer's need.
        GC.Collect();
        ComputeOptions compute = new() { Threads = options.Threads, Recompute = options.Recompute, PlainOperations = options.Plain, FullPrecision = options.FullPrecision };
        using LoraModel model = LoraModel.Open(options.Model, new() { Rank = options.Rank, Alpha = 2 * options.Rank }, compute);
        model.Parameters.Initialize(1);
        TrainingRecipe recipe = new() { RowTokens = options.RowTokens, SamplesPerStep = options.RowTokens / options.SampleTokens, Epochs = options.Steps };
        SampleSet samples = new(Samples(model.Shape, options), 0, 0);
        Trainer trainer = new(model, samples, recipe);
        List<double> speeds = [];
        for (int step = 0; step < options.Steps; step++)
        {
            long begin = Stopwatch.GetTimestamp();
            TrainingStep done = trainer.Next()!;
            speeds.Add(done.Tokens / Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        double best = speeds.Max();
        double median = speeds.Order().ElementAt(speeds.Count / 2);
        double operations = Operations(model.Shape, model.Parameters, options);
        Write($"{Path.GetFileName(options.Model)}, rank {options.Rank}, rows of {options.RowTokens} in samples of {options.SampleTokens} with {options.Targets} targets, {options.Threads} threads{(options.Recompute ? ", recomputing" : "")}{(options.Plain ? ", ggml's operations only" : "")}{(options.FullPrecision || !GgmlContext.HasBfloat16Products ? ", F32" : ", bfloat16")}");
        Write($"tokens/s: best step {best:0}, median {median:0}; needed multiplications at the best step {operations * best / Billion:0} GFLOP/s");
        Write($"memory: peak {PeakBytes() / 1e6:0} MB resident, of which intermediate results {model.ActivationBytes / 1e6:0} MB");
        ShowProfile(model, RowPacking.Pack(samples.Samples.Take(recipe.SamplesPerStep), options.RowTokens)[0]);
        return 0;
    }

    private static void ShowProfile(LoraModel model, PackedBatch batch)
    {
        model.Profile(batch, TimeProvider.System);
        IReadOnlyList<(string Operation, double Seconds)> profile = model.Profile(batch, TimeProvider.System);
        double total = profile.Sum(node => node.Seconds);
        Write($"profile, operations computed one by one: {total * 1000:0} ms a row");
        foreach (var group in profile.GroupBy(node => node.Operation).OrderByDescending(group => group.Sum(node => node.Seconds)))
        {
            double seconds = group.Sum(node => node.Seconds);
            Write($"{seconds * 1000,8:0.0} ms {seconds / total,6:P1} {group.Count(),5} x {group.Key}");
        }
    }

    /// <summary>Floating-point operations a token that no method can save: frozen products in both directions, the head for targets only, LoRA, causal attention.</summary>
    private static double Operations(ModelShape shape, LoraParameters parameters, TrainingSpeedOptions options)
    {
        double layer = ((double)shape.Width * ((2 * shape.QueryLength) + (2 * shape.KeyLength))) + ((double)shape.FeedForwardMatrices * shape.Width * shape.FeedForwardLength);
        double head = (double)shape.Width * shape.Vocabulary * options.Targets / options.SampleTokens;
        double attention = 2.0 * shape.QueryLength * (options.SampleTokens / 2.0) * 3.5;
        return (4 * ((layer * shape.Layers) + head)) + (6.0 * parameters.Trained) + (2 * attention * shape.Layers / 2);
    }

    private static List<TrainingSample> Samples(ModelShape shape, TrainingSpeedOptions options)
    {
        RandomNumbers random = new(11);
        return
        [
            .. Enumerable.Range(0, Math.Max(2, options.RowTokens / options.SampleTokens)).Select(_ =>
                new TrainingSample([.. Enumerable.Range(0, options.SampleTokens).Select(_ => random.Next(shape.Vocabulary))], Math.Max(1, options.SampleTokens - options.Targets))),
        ];
    }

    private static long PeakBytes()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
