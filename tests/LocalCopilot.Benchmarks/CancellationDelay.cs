using LocalCopilot.Daemon.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Benchmarks;

/// <summary>How soon the engine begins the next request after one was cancelled in the middle of a 2,000-token prompt.</summary>
internal static class CancellationDelay
{
    private const int PromptTokens = 2000;
    private const int Rounds = 60;

    public static async Task<int> RunAsync(string model, CancellationToken cancellationToken)
    {
        using InferenceEngine engine = new(new() { Model = new() { Path = model.Length > 0 ? Path.GetFullPath(model) : "" } }, TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        ServedModel served = await engine.GetModelAsync(cancellationToken);
        int tokens = Math.Min(PromptTokens, served.ContextTokens - 16);
        Random random = new(1);
        Measurements delays = new();
        int inTime = 0;
        while (delays.Count < Rounds)
        {
            int[] prompt = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(100, served.Vocabulary.Count - 100))];
            using CancellationTokenSource stale = new();
            Task<GenerationResult> first = engine.GenerateAsync(Request(served, "first", prompt), stale.Token);
            await Task.Delay(random.Next(20, 400), cancellationToken);
            if (first.IsCompleted)
            {
                inTime++;
                continue;
            }

            await stale.CancelAsync();
            GenerationResult second = await engine.GenerateAsync(Request(served, "second", prompt[..20]), cancellationToken);
            delays.Add(second.Queue);
        }

        Console.WriteLine($"{served.Id}, prompts of {tokens} tokens: from the cancellation to the next request's start {delays} ({inTime} had ended before)");
        return 0;
    }

    private static GenerationRequest Request(ServedModel model, string document, int[] prompt) => new()
    {
        Model = model,
        Sequence = new(document),
        Prompt = prompt,
        MaxTokens = 1,
        Stop = () => new NoStop(),
    };

    private sealed class NoStop : IStopCondition
    {
        public int? Observe(string text) => null;
    }
}
