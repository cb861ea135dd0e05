using LocalCopilot.Daemon.Engine;
using LocalCopilot.Tests.Adapters;

namespace LocalCopilot.Tests.Engine;

/// <summary>Adapters change what is computed, at once and for their own requests alone.</summary>
public sealed class AdapterTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private const string Code = "using System;\n\npublic sealed class Circle(double radius)\n{\n    public double Radius { get; } = radius;\n\n    public double Area() => ";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lc-adapters-");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Requests of several adapters, mixed, through the cache, with speculation: each gets what an engine gives that has never seen another adapter.</summary>
    [Fact]
    public async Task No_answer_mixes_adapters()
    {
        AdapterFile?[] adapters = [null, .. Enumerable.Range(1, 6).Select(seed => RandomAdapter.Write(_folder.FullName, seed))];
        Dictionary<string, int[]> expected = [];
        foreach (AdapterFile? adapter in adapters)
        {
            using InferenceEngine alone = EngineFixture.Create();
            expected[adapter?.Id ?? ""] = await GenerateAsync(alone, adapter, 0);
        }

        Assert.True(expected.Values.Select(tokens => string.Join(' ', tokens)).Distinct().Count() > 2, "The adapters make no difference, so this test shows nothing.");
        Random random = new(3);
        Task<(string Id, int[] Tokens)>[] requests = [.. Enumerable.Range(0, 60).Select(async i =>
        {
            AdapterFile? adapter = adapters[random.Next(adapters.Length)];
            return (adapter?.Id ?? "", await GenerateAsync(fixture.Engine, adapter, i % 3));
        })];
        foreach (var (id, tokens) in await Task.WhenAll(requests))
        {
            Assert.Equal(expected[id], tokens);
        }
    }

    [Fact]
    public async Task An_adapter_that_cannot_be_loaded_leaves_the_others_alone()
    {
        AdapterFile good = RandomAdapter.Write(_folder.FullName, 1);
        AdapterFile cut = new("cut", Path.Combine(_folder.FullName, "cut.gguf"));
        byte[] whole = await File.ReadAllBytesAsync(good.Path, Cancelled);
        await File.WriteAllBytesAsync(cut.Path, whole[..(whole.Length / 2)], Cancelled);
        ServedModel model = await fixture.Engine.GetModelAsync(Cancelled);
        int[] before = await GenerateAsync(fixture.Engine, good, 0);

        foreach (AdapterFile bad in (AdapterFile[])[cut, new("missing", "/there/is/none.gguf")])
        {
            await Assert.ThrowsAsync<AdapterUnavailableException>(() => fixture.Engine.LoadAdapterAsync(model, bad, Cancelled));
            AdapterUnavailableException failure = await Assert.ThrowsAsync<AdapterUnavailableException>(() => GenerateAsync(fixture.Engine, bad, 0));
            Assert.Equal(bad, failure.Adapter);
            Assert.Equal(before, await GenerateAsync(fixture.Engine, good, 0));
        }
    }

    [Fact]
    public async Task A_score_given_the_unfinished_text_counts_what_follows_alone()
    {
        ServedModel model = await fixture.Engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize("def add(first, second):\n    return");
        int[] target = model.Vocabulary.Tokenize(" first + second");

        IReadOnlyList<float> free = await fixture.Engine.ScoreAsync(new(model, prompt, target), Cancelled);
        IReadOnlyList<float> bound = await fixture.Engine.ScoreAsync(new(model, prompt, target) { Unfinished = " f" }, Cancelled);

        Assert.True(bound[0] > free[0], "What has to begin with ' f' is likelier among what does.");
        Assert.Equal(free.Skip(1), bound.Skip(1));
    }

    private static async Task<int[]> GenerateAsync(InferenceEngine engine, AdapterFile? adapter, int document)
    {
        ServedModel model = await engine.GetModelAsync(Cancelled);
        GenerationResult result = await engine.GenerateAsync(
            new() { Model = model, Sequence = new($"document {document}", adapter), Prompt = model.Vocabulary.Tokenize(Code), MaxTokens = 24, Stop = () => new NoStop() }, Cancelled);
        return [.. result.Generations[0].Tokens];
    }
}
