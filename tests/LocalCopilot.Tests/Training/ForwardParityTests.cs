using LocalCopilot.Llama.Gguf;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>The trainer's forward pass is llama.cpp's.</summary>
[Collection(RunsAlone.Name)]
public class ForwardParityTests(TrainingFixture fixture, ClonedRepositories repositories) : IClassFixture<TrainingFixture>, IClassFixture<ClonedRepositories>
{
    private static readonly LoraOptions Small = new() { Rank = 4, Alpha = 8 };

    public static TheoryData<string, GgufTensorType> QuantizedKinds =>
        [.. from kind in TinyModel.Kinds from type in (GgufTensorType[])[GgufTensorType.Q8_0, GgufTensorType.Q4_K] select (kind.Data, type)];

    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void Logits_are_those_of_llama_cpp(string kind)
    {
        string file = TinyModel.Of(kind).Write(fixture.Folder);
        TrainingSample[] samples = TrainingFixture.RandomSamples(3, 40);
        using LoraModel model = LoraModel.Open(file, Small, new(), TestContext.Current.CancellationToken);
        using Reference reference = new(file);

        double difference = LargestDifference(model.Logits(PackedBatch.Pack(samples)), reference.Logits(samples));
        TestContext.Current.SendDiagnosticMessage($"{kind}: largest difference of logits {difference:0.0e+0}");
        Assert.InRange(difference, 0, Tolerance(kind, 1e-4));
    }

    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void Logits_with_a_written_adapter_are_those_of_llama_cpp_with_it(string kind)
    {
        string file = TinyModel.Of(kind).Write(fixture.Folder);
        TrainingSample[] samples = TrainingFixture.RandomSamples(3, 40);
        using LoraModel model = LoraModel.Open(file, Small, new(), TestContext.Current.CancellationToken);
        float[][] before = model.Logits(PackedBatch.Pack(samples));
        TrainingFixture.Randomize(model.Parameters);
        string adapter = WriteAdapter(model);
        using Reference reference = new(file);
        reference.UseAdapter(adapter);

        float[][] after = model.Logits(PackedBatch.Pack(samples));
        double difference = LargestDifference(after, reference.Logits(samples));
        TestContext.Current.SendDiagnosticMessage($"{kind}: largest difference of logits {difference:0.0e+0}");
        Assert.InRange(difference, 0, Tolerance(kind, 1e-3));
        Assert.True(LargestDifference(before, after) > 0.1, "The adapter changes nothing, so this test shows nothing.");
    }

    [Theory]
    [MemberData(nameof(QuantizedKinds))]
    public void Loss_of_a_quantized_model_with_a_written_adapter_is_that_of_llama_cpp_with_it(string kind, GgufTensorType type)
    {
        // Rows must be whole blocks of 256 elements, also those of heads together.
        TinyModel tiny = TinyModel.Of(kind);
        string file = (tiny with { Width = 256, FeedForward = 512, HeadLength = tiny.HeadLength is null ? null : 128 }).Write(fixture.Folder, type);
        TrainingSample[] samples = TrainingFixture.RandomSamples(3, 40);
        using LoraModel model = LoraModel.Open(file, Small, new(), TestContext.Current.CancellationToken);
        TrainingFixture.Randomize(model.Parameters);
        using Reference reference = new(file);
        reference.UseAdapter(WriteAdapter(model));

        AssertClose(reference.MeanLoss(samples), model.Evaluate(PackedBatch.Pack(samples))!.Value.Mean);
    }

    [Fact]
    public void A_rank_stabilized_adapter_has_the_same_strength_in_llama_cpp()
    {
        string file = new TinyModel("llama").Write(fixture.Folder);
        TrainingSample[] samples = TrainingFixture.RandomSamples(3, 40);
        LoraOptions stabilized = new() { Rank = 4, Alpha = 3, RankStabilized = true };
        using LoraModel model = LoraModel.Open(file, stabilized, new(), TestContext.Current.CancellationToken);
        TrainingFixture.Randomize(model.Parameters);
        using Reference reference = new(file);
        reference.UseAdapter(WriteAdapter(model));

        Assert.Equal(1.5f, stabilized.Scale);
        Assert.InRange(LargestDifference(model.Logits(PackedBatch.Pack(samples)), reference.Logits(samples)), 0, 1e-3);
    }

    [Theory]
    [InlineData(GgufTensorType.F16)]
    [InlineData(GgufTensorType.BF16)]
    [InlineData(GgufTensorType.Q8_0)]
    [InlineData(GgufTensorType.Q4_0)]
    [InlineData(GgufTensorType.Q4_1)]
    [InlineData(GgufTensorType.Q5_0)]
    [InlineData(GgufTensorType.Q5_1)]
    [InlineData(GgufTensorType.Q4_K)]
    [InlineData(GgufTensorType.Q5_K)]
    [InlineData(GgufTensorType.Q6_K)]
    public void Loss_of_a_quantized_model_is_that_of_llama_cpp(GgufTensorType type)
    {
        string file = (new TinyModel("llama") { Width = 256, FeedForward = 512 }).Write(fixture.Folder, type);
        TrainingSample[] samples = TrainingFixture.RandomSamples(3, 40);
        using LoraModel model = LoraModel.Open(file, Small, new(), TestContext.Current.CancellationToken);
        using Reference reference = new(file);

        AssertClose(reference.MeanLoss(samples), model.Evaluate(PackedBatch.Pack(samples))!.Value.Mean);
    }

    [Fact]
    public void Loss_of_the_embedded_model_is_that_of_llama_cpp() => LossIsThatOfLlamaCpp(EmbeddedModel.Path);

    [Fact]
    public void Loss_of_SmolLM2_is_that_of_llama_cpp() => LossIsThatOfLlamaCpp(SharedFiles.SmolLm2);

    private void LossIsThatOfLlamaCpp(string path)
    {
        using Reference reference = new(path);

        // Many tokens: llama.cpp rounds activations to 8 bits, and the trainer does not, which is noise in every token's loss.
        TrainingSample[] samples =
        [
            .. Directory.EnumerateFiles(repositories.Clone("sep"), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => reference.Vocabulary.Tokenize(File.ReadAllText(file))).Where(tokens => tokens.Length >= 400).Take(8)
                .Select(tokens => new TrainingSample(tokens[..400], 1)),
        ];
        using LoraModel model = LoraModel.Open(path, Small, new() { Threads = 2 }, TestContext.Current.CancellationToken);

        double loss = RowPacking.Pack(samples, 800).Sum(row => model.Evaluate(row)!.Value.Loss);
        AssertClose(reference.MeanLoss(samples), loss / samples.Sum(sample => sample.Targets));
    }

    internal static void AssertClose(double expected, double actual) =>
        Assert.True(Math.Abs(actual - expected) <= 0.01 * expected, $"The trainer's mean loss is {actual}, llama.cpp's {expected}: more than 1 % apart.");

    /// <summary>On the processor llama.cpp looks GELU up in a table of F16 numbers, 11 bits each, where the trainer computes it.</summary>
    private static double Tolerance(string kind, double others) => kind is "starcoder2" or "gemma" ? 1e-2 : others;

    private static double LargestDifference(float[][] left, float[][] right)
    {
        Assert.Equal(left.Length, right.Length);
        return left.Zip(right, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max();
    }

    private string WriteAdapter(LoraModel model)
    {
        string file = Path.Combine(fixture.Folder, $"{Guid.NewGuid():N}.gguf");
        using FileStream stream = File.Create(file);
        float[] values = new float[model.Parameters.Count];
        model.Parameters.ReadValues(values);
        AdapterFile.Write(stream, model.Shape, model.Parameters, values);
        return file;
    }
}
