using LocalCopilot.Training;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>Small jobs in a folder of their own.</summary>
internal static class TrainingJobs
{
    /// <summary>A job on a tiny model of random numbers.</summary>
    public static TrainingJob Tiny(string folder, TinyModel? model = null, IEnumerable<TrainingSample>? samples = null) =>
        Of(folder, (model ?? new TinyModel("llama")).Write(folder), samples ?? TrainingFixture.RandomSamples(16, 40));

    public static TrainingJob Of(string folder, string model, IEnumerable<TrainingSample> samples)
    {
        string name = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        WriteSamples(name + ".jsonl", samples);
        return new()
        {
            Model = model,
            Samples = name + ".jsonl",
            Output = name + ".gguf",
            Threads = 1,
            Lora = new() { Rank = 4, Alpha = 8 },
            Recipe = new() { Epochs = 4, SamplesPerStep = 4, LearningRate = 1e-2, RowTokens = 128 },
        };
    }

    public static void WriteSamples(string path, IEnumerable<TrainingSample> samples)
    {
        using StreamWriter writer = File.CreateText(path);
        SampleFile.Write(writer, samples);
    }

    public static TrainingReport Run(TrainingJob job, Action<TrainingReport, RunControl>? watch = null)
    {
        using RunControl control = new();
        return new TrainingRun(job, control, new Calls(report => watch?.Invoke(report, control)), TimeProvider.System).Run(TestContext.Current.CancellationToken);
    }

    private sealed class Calls(Action<TrainingReport> call) : IProgress<TrainingReport>
    {
        public void Report(TrainingReport value) => call(value);
    }
}
