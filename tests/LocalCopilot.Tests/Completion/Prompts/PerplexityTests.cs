using System.Text;
using System.Text.Json;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Tests.Engine;

namespace LocalCopilot.Tests.Completion.Prompts;

/// <summary>Prompts are what the embedded model was trained on: its held-out figures come out as its card has them.</summary>
[Collection(RunsAlone.Name)]
public class PerplexityTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("embedded", 1.246)]
    [InlineData("qwen", 1.505)]
    public async Task Bits_per_byte_of_the_held_out_samples_are_the_card_s(string family, double card)
    {
        ServedModel model = await fixture.Engine.GetModelAsync(Cancelled);
        PromptBuilder builder = new(model.Vocabulary, PromptFamilies.All.Single(row => row.Name == family));
        double bits = 0;
        long bytes = 0;
        foreach (Sample sample in await ReadAsync())
        {
            PromptParts parts = new() { Path = sample.Path, Prefix = sample.Prefix.AsMemory(), Suffix = sample.Suffix.AsMemory() };
            int[] targets = [.. model.Vocabulary.Tokenize(sample.Middle), model.Vocabulary.EndOfText!.Value];
            int[] prompt = builder.Build(parts, new(model.ContextTokens - targets.Length, 0, 600)).Tokens;
            bits -= (await fixture.Engine.ScoreAsync(new(model, prompt, targets), Cancelled)).Sum() / Math.Log(2);
            bytes += Encoding.UTF8.GetByteCount(sample.Middle);
        }

        Assert.Equal(card, bits / bytes, card * 0.01);
    }

    private static async Task<Sample[]> ReadAsync()
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "models", "embedded-eval.json"));
        return (await JsonSerializer.DeserializeAsync<Sample[]>(file, JsonSerializerOptions.Web, Cancelled))!;
    }

    private sealed record Sample(string Path, string Language, string Repository, string Prefix, string Middle, string Suffix);
}
