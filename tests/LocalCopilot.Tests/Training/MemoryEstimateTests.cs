using LocalCopilot.Llama.Gguf;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>What is estimated before a run is what the run then takes.</summary>
[Collection(RunsAlone.Name)]
public class MemoryEstimateTests
{
    private static readonly LoraOptions Usual = new() { Rank = 16, Alpha = 32 };

    public static TheoryData<string, int, bool, bool> Cases => new()
    {
        { "embedded", 512, false, false },
        { "embedded", 512, true, false },
        { "embedded", 128, false, true },
        { "embedded", 512, false, true },
        { "smollm2", 512, false, false },
        { "smollm2", 512, true, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Intermediate_results_take_what_was_estimated(string name, int row, bool recompute, bool plain)
    {
        string path = name == "embedded" ? EmbeddedModel.Path : SharedFiles.SmolLm2;
        ComputeOptions compute = new() { Recompute = recompute, PlainOperations = plain };
        using LoraModel model = LoraModel.Open(path, Usual, compute, TestContext.Current.CancellationToken);
        model.Accumulate(PackedBatch.Pack(TrainingFixture.RandomSamples(1, row, vocabulary: 8000)));
        MemoryEstimate estimate = MemoryEstimate.Of(GgufFile.Read(path), model.Shape, Usual, row, recompute, fused: !plain);

        TestContext.Current.SendDiagnosticMessage($"{name} {row} {recompute} {plain}: estimate {estimate.Activations / 1e6:0.0} MB, taken {model.ActivationBytes / 1e6:0.0} MB");
        Assert.InRange(estimate.Activations, model.ActivationBytes, 1.7 * model.ActivationBytes);
    }
}
