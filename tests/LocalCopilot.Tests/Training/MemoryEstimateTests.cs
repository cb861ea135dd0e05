using LocalCopilot.Llama.Gguf;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>What is estimated before a run is what the run then takes.</summary>
[Collection(RunsAlone.Name)]
public class MemoryEstimateTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
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
        { "granite", 512, false, false },
        { "granite", 512, true, false },
        { "granite", 512, false, true },
        { "starcoder2", 512, false, false },
        { "starcoder2", 512, true, false },
        { "starcoder2", 512, false, true },
        { "starcoder2", 512, true, true },
        { "gemma", 512, false, false },
        { "gemma", 512, true, true },
        { "gemma", 512, false, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Intermediate_results_take_what_was_estimated(string name, int row, bool recompute, bool plain)
    {
        string path = name switch
        {
            "embedded" => EmbeddedModel.Path,
            "smollm2" => SharedFiles.SmolLm2,
            _ => (TinyModel.Of(name) with { Width = 256, FeedForward = 1024, Layers = 6 }).Write(fixture.Folder),
        };
        ComputeOptions compute = new() { Recompute = recompute, PlainOperations = plain };
        using LoraModel model = LoraModel.Open(path, Usual, compute, TestContext.Current.CancellationToken);
        model.Accumulate(PackedBatch.Pack(TrainingFixture.RandomSamples(1, row, TinyModel.Vocabulary)));
        MemoryEstimate estimate = MemoryEstimate.Of(GgufFile.Read(path), model.Shape, Usual, row, recompute, fused: !plain);

        TestContext.Current.SendDiagnosticMessage($"{name} {row} {recompute} {plain}: estimate {estimate.Activations / 1e6:0.0} MB, taken {model.ActivationBytes / 1e6:0.0} MB");
        Assert.InRange(estimate.Activations, model.ActivationBytes, 1.7 * model.ActivationBytes);
    }

    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void The_largest_graph_of_a_deep_model_finds_room(string kind)
    {
        // With what adds nodes: dropout, and layers that are computed twice. Deep, so that room for other nodes does not help.
        string path = (TinyModel.Of(kind) with { Width = 32, FeedForward = 32, HeadLength = 16, Heads = 2, KeyValueHeads = 1, Layers = 80 }).Write(fixture.Folder);
        foreach (bool plain in (bool[])[false, true])
        {
            using LoraModel model = LoraModel.Open(path, Usual with { Dropout = 0.1f }, new() { Recompute = true, PlainOperations = plain }, TestContext.Current.CancellationToken);
            Assert.NotNull(model.Accumulate(PackedBatch.Pack(TrainingFixture.RandomSamples(2, 12)), new RandomNumbers(1)));
        }
    }
}
