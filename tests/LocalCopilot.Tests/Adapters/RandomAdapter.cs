using LocalCopilot.Daemon.Engine;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Tests.Training;
using LocalCopilot.Training;

namespace LocalCopilot.Tests.Adapters;

/// <summary>Adapters of the embedded model that make a difference, without training.</summary>
internal static class RandomAdapter
{
    public static AdapterFile Write(string folder, int seed)
    {
        string file = Path.Combine(folder, $"adapter-{seed}.gguf");
        using LoraModel model = LoraModel.Open(EmbeddedModel.Path, new() { Rank = 4, Alpha = 8 }, new());
        TrainingFixture.Randomize(model.Parameters, seed);
        model.SaveAdapter(file);
        return new($"{seed}", file);
    }
}
