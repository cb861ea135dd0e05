using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Tests.Training;

/// <summary>Frozen weights of every type, in both directions: what they give is what the same numbers give as F32.</summary>
[Collection(RunsAlone.Name)]
public class WeightTypeTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    public static TheoryData<GgufTensorType> Types => [.. ModelParts.SupportedTypes];

    [Theory]
    [MemberData(nameof(Types))]
    public void Loss_and_gradients_are_those_of_the_same_numbers_in_F32(GgufTensorType type) => AssertSame(new("qwen2") { Width = 256, FeedForward = 512 }, type);

    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void In_every_family(string kind) => AssertSame(TinyModel.Of(kind) with { Width = 256, FeedForward = 512 }, GgufTensorType.Q8_0);

    private void AssertSame(TinyModel tiny, GgufTensorType type)
    {
        string file = tiny.Write(fixture.Folder, type);
        string same = tiny.Write(fixture.Folder, type, dequantized: true);
        (double expectedLoss, float[] expected) = Compute(same, new());
        (double loss, float[] gradients) = Compute(file, new() { FullPrecision = true });
        (double roundedLoss, float[] rounded) = Compute(file, new());
        (double plainLoss, float[] plain) = Compute(file, new() { PlainOperations = true });

        Assert.Equal(expectedLoss, loss, 1e-5 * expectedLoss);
        Assert.InRange(Cosine(expected, gradients), 0.99999, 1.00001);

        // In bfloat16 where the processor multiplies those; else the same again.
        Assert.Equal(expectedLoss, roundedLoss, 1e-3 * expectedLoss);
        Assert.InRange(Cosine(expected, rounded), 0.9995, 1.00001);

        // ggml's own products round activations and gradients to 8 bits where the weights are quantized.
        Assert.Equal(expectedLoss, plainLoss, 0.01 * expectedLoss);
        Assert.InRange(Cosine(expected, plain), 0.99, 1.00001);
    }

    private static (double Loss, float[] Gradients) Compute(string file, ComputeOptions compute)
    {
        using LoraModel model = LoraModel.Open(file, new() { Rank = 4, Alpha = 8 }, compute, TestContext.Current.CancellationToken);
        TrainingFixture.Randomize(model.Parameters);
        model.Parameters.ClearGradients();
        BatchLoss loss = model.Accumulate(PackedBatch.Pack(TrainingFixture.RandomSamples(3, 40)))!.Value;
        float[] gradients = new float[model.Parameters.Count];
        model.Parameters.ReadGradients(gradients);
        return (loss.Mean, gradients);
    }

    private static double Cosine(float[] left, float[] right) =>
        left.Zip(right, (a, b) => (double)a * b).Sum() / Math.Sqrt(left.Sum(a => (double)a * a) * right.Sum(b => (double)b * b));
}
