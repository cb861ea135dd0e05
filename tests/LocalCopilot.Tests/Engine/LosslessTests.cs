using LocalCopilot.Daemon.Engine;
using LocalCopilot.Llama;
using LocalCopilot.Tests.Llama;

namespace LocalCopilot.Tests.Engine;

/// <summary>Cache and speculation change no token: on prompts from real repositories, for two models.</summary>
[Collection(RunsAlone.Name)]
public class LosslessTests(ClonedRepositories repositories) : IClassFixture<ClonedRepositories>
{
    private const int Prompts = 100;
    private const int MaxTokens = 24;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_embedded_model_writes_what_a_cold_decode_writes() => CompareAsync(EmbeddedModel.Path, LlamaContext.FlashAttentionTile, promptTokens: 400, ..Prompts);

    /// <summary>In parts, since it takes minutes: whoever waits sees tests end.</summary>
    [Theory]
    [InlineData(0, 25)]
    [InlineData(25, 50)]
    [InlineData(50, 75)]
    [InlineData(75, Prompts)]
    public Task SmolLM2_writes_what_a_cold_decode_writes(int first, int end) => CompareAsync(SharedFiles.SmolLm2, tile: null, promptTokens: 96, first..end);

    private async Task CompareAsync(string path, int? tile, int promptTokens, Range part)
    {
        using InferenceEngine engine = EngineFixture.Create(path);
        using LlamaModel reference = LlamaModel.Load(path);
        ServedModel model = await engine.GetModelAsync(Cancelled);
        Random random = new(4);
        string[] files = PickFiles(random)[part];
        int cached = 0;
        foreach (string file in files)
        {
            int[] tokens = model.Vocabulary.Tokenize(await File.ReadAllTextAsync(file, Cancelled));
            int end = random.Next(Math.Min(promptTokens, tokens.Length - 1), tokens.Length);
            int[] prompt = tokens[Math.Max(0, end - promptTokens)..end];
            if (prompt.Length < 40)
            {
                continue;
            }

            // Typed in steps, with the rest of the file to look guesses up in, as in an editor.
            foreach (int missing in (int[])[5, 1, 0])
            {
                GenerationResult result = await engine.GenerateAsync(new()
                {
                    Model = model,
                    Sequence = new(file),
                    Prompt = prompt.AsMemory(0, prompt.Length - missing),
                    MaxTokens = missing == 0 ? MaxTokens : 4,
                    Stop = () => new NoStop(),
                    LookupTokens = tokens,
                }, Cancelled);
                cached += result.CachedTokens;
                if (missing == 0)
                {
                    Assert.Equal(ColdDecode.Run(reference, prompt, MaxTokens, tile, threads: 1 + (cached % 2)), result.Generations[0].Tokens);
                }
            }
        }

        Assert.True(cached > files.Length * promptTokens, $"Only {cached} tokens came from the cache.");
    }

    private string[] PickFiles(Random random)
    {
        string[] files = [.. repositories.SourceFiles().Where(file => new FileInfo(file).Length is > 1000 and < 60_000)];
        random.Shuffle(files);
        return files[..Prompts];
    }
}
