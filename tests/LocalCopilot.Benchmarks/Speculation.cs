using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Completion.Stops;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalCopilot.Benchmarks;

/// <summary>What guessing by prompt lookup gains: tokens that a batch gives, and milliseconds that a token costs.</summary>
internal static class Speculation
{
    public static async Task<int> RunAsync(string repository, string model, int lines, CancellationToken cancellationToken)
    {
        using InferenceEngine engine = new(new() { Model = new() { Path = model.Length > 0 ? Path.GetFullPath(model) : "" } }, TimeProvider.System, NullLogger<InferenceEngine>.Instance);
        ServedModel served = await engine.GetModelAsync(cancellationToken);
        PromptBuilder builder = new(served.Vocabulary, PromptFamilies.Of(served.Name, served.Vocabulary));
        int tokens = 0;
        int batches = 0;
        TimeSpan decode = TimeSpan.Zero;
        foreach (LinePosition place in LinePositions.Pick(repository, lines, seed: 3))
        {
            CursorPlace cursor = new(place.Text, new(place.Line, place.Character));
            BuiltPrompt prompt = builder.Build(new() { Path = place.Path, Prefix = cursor.Prefix, Suffix = cursor.Suffix }, PromptBudget.For(served.ContextTokens, 128, 0));
            GenerationResult result = await engine.GenerateAsync(
                new() { Model = served, Sequence = new(place.Path), Prompt = prompt.Tokens, MaxTokens = 48, Stop = () => SuggestionEnd.For(cursor, singleLine: true) },
                cancellationToken);
            tokens += result.GeneratedTokens;
            batches += result.DecodeBatches;
            decode += result.Decode;
        }

        Console.WriteLine(FormattableString.Invariant($"{served.Id}: {tokens} tokens in {batches} batches, {(double)tokens / batches:0.00} a batch, {decode.TotalMilliseconds / tokens:0.000} ms a token"));
        return 0;
    }
}
