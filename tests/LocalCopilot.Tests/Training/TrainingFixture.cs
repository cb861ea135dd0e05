using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>A folder for the files of a class's tests, and samples and adapters to test with.</summary>
public sealed class TrainingFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-training-");

    internal string Folder => _folder.FullName;

    /// <summary>Random tokens; all but the first few of each sample are learned.</summary>
    internal static TrainingSample[] RandomSamples(int count, int length, int vocabulary = TinyModel.Vocabulary, int seed = 3)
    {
        RandomNumbers random = new((ulong)seed);
        return [.. Enumerable.Range(0, count).Select(i => new TrainingSample([.. Enumerable.Range(0, length - i).Select(_ => random.Next(vocabulary))], 1 + i))];
    }

    /// <summary>Numbers for A and B that make a difference, as if it had been trained.</summary>
    internal static void Randomize(LoraParameters parameters, int seed = 5)
    {
        RandomNumbers random = new((ulong)seed);
        float[] values = new float[parameters.Count];
        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            Fill(values.AsSpan((int)matrix.Offset, matrix.In * parameters.Options.Rank), 1 / MathF.Sqrt(matrix.In));
            Fill(values.AsSpan((int)matrix.OffsetB(parameters.Options.Rank), matrix.Out * parameters.Options.Rank), 0.3f / MathF.Sqrt(parameters.Options.Rank));
        }

        parameters.WriteValues(values);

        void Fill(Span<float> span, float deviation)
        {
            foreach (ref float value in span)
            {
                value = TinyModel.Gauss(random) * deviation;
            }
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
