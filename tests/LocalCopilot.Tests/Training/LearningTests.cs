using LocalCopilot.Llama;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Training;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>It learns what is there to learn, from a real repository, and llama.cpp sees the same.</summary>
[Collection(RunsAlone.Name)]
public class LearningTests(TrainingFixture fixture, ClonedRepositories repositories, EmbeddedModel model)
    : IClassFixture<TrainingFixture>, IClassFixture<ClonedRepositories>, IClassFixture<EmbeddedModel>
{
    private const int Learned = 200;
    private const int HeldOut = 100;

    [Fact]
    public void Loss_on_a_repository_s_held_out_samples_falls_and_with_shuffled_targets_it_does_not()
    {
        TrainingSample[] samples = LineSamples()[..(Learned + HeldOut)];
        TrainingSample[] heldOut = samples[Learned..];
        (TrainingJob job, TrainingReport real) = Train(samples[..Learned], heldOut);
        (_, TrainingReport shuffled) = Train(Shuffled(samples[..Learned]), heldOut);
        TestContext.Current.SendDiagnosticMessage($"held out: {real.FirstHeldOutLoss:0.000} base, {real.HeldOutLoss:0.000} trained, {shuffled.HeldOutLoss:0.000} trained on shuffled targets");

        Assert.True(real.HeldOutLoss < 0.95 * real.FirstHeldOutLoss, $"{real.FirstHeldOutLoss} before, {real.HeldOutLoss} after");
        Assert.True(shuffled.HeldOutLoss > real.FirstHeldOutLoss, $"{real.FirstHeldOutLoss} before, {shuffled.HeldOutLoss} after learning nonsense");

        using Reference reference = new(EmbeddedModel.Path);
        reference.UseAdapter(job.Output);
        ForwardParityTests.AssertClose(reference.MeanLoss(heldOut), real.HeldOutLoss!.Value);
    }

    private (TrainingJob Job, TrainingReport Last) Train(TrainingSample[] samples, TrainingSample[] heldOut)
    {
        TrainingJob job = TrainingJobs.Of(fixture.Folder, EmbeddedModel.Path, samples);
        TrainingJobs.WriteSamples(job.Output + ".held-out", heldOut);
        job = job with
        {
            HeldOut = job.Output + ".held-out",
            Threads = 2,
            Lora = new() { Rank = 16, Alpha = 32 },
            Recipe = new() { Epochs = 3, LearningRate = 1e-3 },
        };
        return (job, TrainingJobs.Run(job));
    }

    /// <summary>Every target from another sample's, so that only its kind can be learned.</summary>
    private static TrainingSample[] Shuffled(TrainingSample[] samples)
    {
        RandomNumbers random = new(9);
        int[] tokens = [.. samples.SelectMany(sample => sample.Tokens.Skip(sample.FirstTarget))];
        random.Shuffle(tokens.AsSpan());
        int at = 0;
        return
        [
            .. samples.Select(sample => sample with
            {
                Tokens = [.. sample.Tokens.Take(sample.FirstTarget), .. Enumerable.Range(0, sample.Targets).Select(_ => tokens[at++])],
            }),
        ];
    }

    /// <summary>One line as the middle, the lines around it as prefix and suffix, suffix first; mixed over all files.</summary>
    private TrainingSample[] LineSamples()
    {
        LlamaVocabulary vocabulary = model.Model.Vocabulary;
        List<TrainingSample> samples = [];
        foreach (string file in Directory.EnumerateFiles(repositories.Clone("datasette"), "*.py", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string[] lines = File.ReadAllLines(file);
            for (int line = 20; line < lines.Length - 5; line += 23)
            {
                if (lines[line].Trim().Length >= 12)
                {
                    int[] prompt =
                    [
                        vocabulary.FimSuffix!.Value, .. vocabulary.Tokenize("\n" + string.Join('\n', lines[(line + 1)..(line + 4)])),
                        vocabulary.FimPrefix!.Value, .. vocabulary.Tokenize(string.Join('\n', lines[(line - 6)..line]) + "\n"),
                        vocabulary.FimMiddle!.Value,
                    ];
                    samples.Add(new([.. prompt, .. vocabulary.Tokenize(lines[line]), vocabulary.EndOfText!.Value], prompt.Length));
                }
            }
        }

        TrainingSample[] mixed = [.. samples];
        new RandomNumbers(5).Shuffle(mixed.AsSpan());
        return mixed;
    }
}
