using LocalCopilot.Daemon.Engine;
using LocalCopilot.Llama;
using LocalCopilot.Protocol;
using LocalCopilot.Tests.Adapters;
using LocalCopilot.Tests.Llama;

namespace LocalCopilot.Tests.Engine;

public class InferenceEngineTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const string Code = """
        using System;

        namespace Shapes;

        public sealed class Circle(double radius)
        {
            public double Radius { get; } = radius;

            public double Area() => Math.PI * Radius * Radius;

            public double Circumference() => 
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private InferenceEngine Engine => fixture.Engine;

    [Fact]
    public async Task The_cached_speculating_engine_writes_what_a_cold_decode_writes()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        using LlamaModel reference = LlamaModel.Load(model.Path);
        int[] prompt = model.Vocabulary.Tokenize(Code);
        List<int> cold = ColdDecode.Run(reference, prompt, 60, LlamaContext.FlashAttentionTile, threads: 1);

        // As if it was typed: each prompt continues what the cache holds of the one before.
        for (int length = prompt.Length - 12; length < prompt.Length; length++)
        {
            await Engine.GenerateAsync(Request(model, prompt[..length], 5), Cancelled);
        }

        GenerationResult result = await Engine.GenerateAsync(Request(model, prompt, 60), Cancelled);

        Assert.Equal(cold, result.Generations[0].Tokens);
        Assert.Equal(prompt.Length - 2, result.CachedTokens);
        Assert.Equal(model.Vocabulary.Decode([.. cold]), result.Generations[0].Text);
    }

    [Fact]
    public async Task A_hurried_prompt_is_answered_until_the_whole_one_is_in_the_cache()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        int[] hurried = model.Vocabulary.Tokenize(Code);
        int[] whole = [.. model.Vocabulary.Tokenize(string.Concat(Enumerable.Repeat("// A shape has an area and a circumference.\n", 20))), .. hurried];
        GenerationRequest request = Request(model, whole, 8) with { Sequence = new("hurried"), Hurried = () => hurried };

        GenerationResult first = await Engine.GenerateAsync(request, Cancelled);
        GenerationResult alone = await Engine.GenerateAsync(Request(model, hurried, 8), Cancelled);
        await Engine.PrefetchAsync(model, request.Sequence, whole, Cancelled);
        GenerationResult second = await Engine.GenerateAsync(request, Cancelled);

        Assert.Equal((true, hurried.Length, 0), (first.Hurried, first.PromptTokens, first.CachedTokens));
        Assert.Equal(alone.Generations[0].Tokens, first.Generations[0].Tokens);
        Assert.Equal((false, whole.Length, whole.Length - 2), (second.Hurried, second.PromptTokens, second.CachedTokens));
    }

    [Fact]
    public async Task Alternatives_begin_differently_and_the_first_is_the_greedy_one()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize(Code);

        GenerationResult one = await Engine.GenerateAsync(Request(model, prompt, 12), Cancelled);
        GenerationResult several = await Engine.GenerateAsync(Request(model, prompt, 12) with { Alternatives = 4 }, Cancelled);

        Assert.Equal(one.Generations[0].Tokens, several.Generations[0].Tokens);
        Assert.Equal(4, several.Generations.Select(generation => generation.Tokens[0]).Distinct().Count());
        Assert.All(several.Generations, generation => Assert.InRange(generation.MeanLogProbability, -50, 0));
    }

    [Fact]
    public async Task A_generation_ends_where_its_stop_condition_says()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);

        GenerationResult result = await Engine.GenerateAsync(Request(model, model.Vocabulary.Tokenize(Code), 60) with { Stop = () => new FirstLine() }, Cancelled);

        Assert.Equal(GenerationEnd.Stopped, result.Generations[0].End);
        Assert.DoesNotContain('\n', result.Generations[0].Text);
        Assert.Contains('\n', model.Vocabulary.Decode([.. result.Generations[0].Tokens]));
    }

    [Theory]
    [InlineData("Math.")]
    [InlineData("2 * Ra")]
    [InlineData("é")]
    public async Task A_generation_begins_with_what_is_required(string start)
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);

        GenerationResult result = await Engine.GenerateAsync(Request(model, model.Vocabulary.Tokenize(Code), 20) with { RequiredStart = start }, Cancelled);

        Assert.StartsWith(start, result.Generations[0].Text, StringComparison.Ordinal);
        Assert.True(result.Generations[0].Text.Length > start.Length);
    }

    [Fact]
    public async Task Text_that_cuts_a_token_is_continued_as_if_it_did_not()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize(Code);
        Generation whole = (await Engine.GenerateAsync(Request(model, prompt, 12), Cancelled)).Generations[0];
        int cuts = 0;
        for (int kept = 0; kept < whole.Tokens.Count; kept++)
        {
            int[] before = [.. prompt, .. whole.Tokens.Take(kept)];
            string token = model.Vocabulary.Decode([whole.Tokens[kept]]);
            for (int cut = 1; cut < token.Length; cut++, cuts++)
            {
                GenerationRequest request = Request(model, before, whole.Tokens.Count - kept) with { Unfinished = token[..cut] };
                Generation rest = (await Engine.GenerateAsync(request, Cancelled)).Generations[0];

                Assert.Equal(whole.Tokens.Skip(kept), rest.Tokens);
                Assert.Equal(model.Vocabulary.Decode([.. whole.Tokens.Skip(kept)])[cut..], rest.Text);
                Assert.InRange(rest.MeanLogProbability, -50, -1e-9);
            }
        }

        Assert.True(cuts > 0);
    }

    [Fact]
    public async Task A_prefetched_prompt_is_found_in_the_cache()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize(Code + " 17 + ");
        SequenceKey key = new("prefetched");

        await Engine.PrefetchAsync(model, key, prompt, Cancelled);
        GenerationResult result = await Engine.GenerateAsync(Request(model, prompt, 5) with { Sequence = key }, Cancelled);

        Assert.Equal(prompt.Length - 2, result.CachedTokens);
    }

    [Fact]
    public async Task Scores_are_the_log_probabilities_that_generation_reports()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize(Code);
        GenerationResult result = await Engine.GenerateAsync(Request(model, prompt, 20), Cancelled);
        Generation generation = result.Generations[0];
        Assert.Equal(GenerationEnd.MaxTokens, generation.End);

        IReadOnlyList<float> scores = await Engine.ScoreAsync(new(model, prompt, generation.Tokens.ToArray()), Cancelled);

        Assert.Equal(generation.MeanLogProbability, scores.Average(), 1e-4);
    }

    [Fact]
    public async Task A_cancelled_request_is_answered_at_once_and_the_next_one_works()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize(Code);
        using CancellationTokenSource cancellation = new();
        Task<GenerationResult> cancelled = Engine.GenerateAsync(Request(model, prompt, 900) with { Stop = () => new CancelAfter(cancellation, 30) }, cancellation.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        GenerationResult next = await Engine.GenerateAsync(Request(model, prompt, 10), Cancelled);

        Assert.Equal(10, next.Generations[0].Tokens.Count);
    }

    [Fact]
    public async Task A_completion_comes_before_evaluation_which_begins_again()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize(string.Concat(Enumerable.Repeat(Code + "\n", 20)))[..800];
        using ManualResetEventSlim queued = new();
        Task<GenerationResult> occupied = Engine.GenerateAsync(Request(model, prompt[..50], 3) with { Stop = () => new WaitFor(queued) }, Cancelled);
        Task<IReadOnlyList<float>>[] evaluations = [.. Enumerable.Range(0, 20).Select(i => Engine.ScoreAsync(new(model, prompt.AsMemory(i), prompt.AsMemory(0, 100)), Cancelled))];

        Task<GenerationResult> completion = Engine.GenerateAsync(Request(model, prompt[..100], 3), Cancelled);
        queued.Set();
        await occupied;
        await completion;
        int before = evaluations.Count(evaluation => evaluation.IsCompleted);
        IReadOnlyList<float>[] scores = await Task.WhenAll(evaluations);

        Assert.True(before < 20);
        Assert.All(scores, score => Assert.Equal(100, score.Count));
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_refused_with_both_numbers()
    {
        ServedModel model = await Engine.GetModelAsync(Cancelled);
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => Engine.GenerateAsync(Request(model, new int[1020], 10), Cancelled));

        Assert.Contains("1020", error.Message, StringComparison.Ordinal);
        Assert.Contains("1024", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_leaves_the_one_before()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(EmbeddedModel.Path, Cancelled))[..1_000_000], Cancelled);
        try
        {
            await Engine.GetModelAsync(Cancelled);

            ModelUnavailableException error = await Assert.ThrowsAsync<ModelUnavailableException>(() => Engine.UseModelAsync(file, Cancelled));

            Assert.Contains(file, error.Message, StringComparison.Ordinal);
            Assert.Equal(EmbeddedModelFile.Id, (await Engine.GetModelAsync(Cancelled)).Id);
            Assert.Equal(ModelState.Ready, Engine.Model.State);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task What_was_made_for_one_model_is_never_computed_with_another()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lc-other-");
        using InferenceEngine engine = EngineFixture.Create();
        ServedModel model = await engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize(Code);
        AdapterFile adapter = RandomAdapter.Write(folder.FullName, 1);
        ServedModel replacing = await engine.UseModelAsync(SameShapeModel.Write(folder.FullName), Cancelled);

        ModelReplacedException error = await Assert.ThrowsAsync<ModelReplacedException>(() => engine.GenerateAsync(Request(model, prompt, 5), Cancelled));
        await Assert.ThrowsAsync<ModelReplacedException>(() => engine.PrefetchAsync(model, new("other"), prompt, Cancelled));
        await Assert.ThrowsAsync<ModelReplacedException>(() => engine.ScoreAsync(new(model, prompt, prompt), Cancelled));
        await Assert.ThrowsAsync<ModelReplacedException>(() => engine.LoadAdapterAsync(model, adapter, Cancelled));

        Assert.Contains($"{replacing.Id} was selected", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, (await engine.GenerateAsync(Request(replacing, prompt, 5), Cancelled)).Generations[0].Tokens.Count);
        await engine.UseModelAsync(model.Path, Cancelled);
        folder.Delete(recursive: true);
        Assert.Equal(5, (await engine.GenerateAsync(Request(model, prompt, 5), Cancelled)).Generations[0].Tokens.Count);
    }

    [Fact]
    public async Task A_missing_model_is_an_error_until_it_is_there()
    {
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".gguf");
        using InferenceEngine engine = EngineFixture.Create(file);

        ModelUnavailableException error = await Assert.ThrowsAsync<ModelUnavailableException>(() => engine.GetModelAsync(Cancelled).AsTask());
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Equal((ModelState.Failed, error.Message), (engine.Model.State, engine.Model.Error));
        File.Copy(EmbeddedModel.Path, file);
        ServedModel model = await engine.GetModelAsync(Cancelled);
        engine.Dispose();
        File.Delete(file);

        Assert.Equal(1024, model.ContextTokens);
    }

    [Fact]
    public async Task The_memory_of_an_idle_model_is_given_back_and_the_model_comes_back()
    {
        using InferenceEngine engine = EngineFixture.Create(change: options => options with { UnloadAfter = TimeSpan.FromMilliseconds(50) });
        ServedModel model = await engine.GetModelAsync(Cancelled);
        int[] prompt = model.Vocabulary.Tokenize(Code);
        await Eventually.HoldsAsync(() => engine.Model.State == ModelState.Unloaded);

        Assert.Throws<ObjectDisposedException>(() => model.Vocabulary.Tokenize("gone"));
        GenerationResult result = await engine.GenerateAsync(Request(model, prompt, 5), Cancelled);

        Assert.Equal(5, result.Generations[0].Tokens.Count);
    }

    private static GenerationRequest Request(ServedModel model, int[] prompt, int tokens) => new()
    {
        Model = model,
        Sequence = new("file:///circle.cs"),
        Prompt = prompt,
        MaxTokens = tokens,
        Stop = () => new NoStop(),
    };

    private sealed class WaitFor(ManualResetEventSlim signal) : IStopCondition
    {
        public int? Observe(string text)
        {
            signal.Wait(Cancelled);
            return null;
        }
    }

    private sealed class CancelAfter(CancellationTokenSource cancellation, int calls) : IStopCondition
    {
        private int _calls;

        public int? Observe(string text)
        {
            if (++_calls == calls)
            {
                cancellation.Cancel();
            }

            return null;
        }
    }
}
