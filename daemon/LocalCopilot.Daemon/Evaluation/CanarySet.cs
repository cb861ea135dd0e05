using System.Text.Json;
using System.Text.Json.Serialization;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>General code that comes with the program, to see what an adapter makes a model forget. No repository is learned from it.</summary>
internal static class CanarySet
{
    public static string File => Path.Combine(AppContext.BaseDirectory, "models", "embedded-eval.json");

    /// <param name="most">Items wanted, spread evenly over the set.</param>
    /// <exception cref="IOException">The file is missing: the installation is not complete.</exception>
    /// <exception cref="JsonException">The file is damaged.</exception>
    public static IReadOnlyList<EvaluationItem> Load(string file, int most, LlamaVocabulary vocabulary, PromptBuilder builder, PromptBudget budget)
    {
        CanarySample[] samples = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(file), CanaryJson.Default.CanarySampleArray) ?? [];
        int count = Math.Min(most, samples.Length);
        return [.. Enumerable.Range(0, count).Select(i => Create(samples[(int)((long)i * samples.Length / count)], vocabulary, builder, budget))];
    }

    private static EvaluationItem Create(CanarySample sample, LlamaVocabulary vocabulary, PromptBuilder builder, PromptBudget budget)
    {
        BuiltPrompt prompt = builder.Build(new() { Path = sample.Path, Prefix = sample.Prefix.AsMemory(), Suffix = sample.Suffix.AsMemory(), LeavesEndOpen = true }, budget);
        List<int> target = [.. vocabulary.Tokenize(prompt.Unfinished + sample.Middle)];
        if (vocabulary.EndOfText is { } end)
        {
            target.Add(end);
        }

        ReadOnlySpan<char> before = sample.Prefix;
        CursorPlace place = new(sample.Prefix + sample.Suffix, new(before.Count('\n'), before.Length - before.LastIndexOf('\n') - 1));
        return new(sample.Path, "", sample.Path, prompt.Tokens, [.. target], prompt.Unfinished, sample.Middle, !sample.Middle.Contains('\n', StringComparison.Ordinal), place);
    }
}

internal sealed record CanarySample(string Path, string Prefix, string Middle, string Suffix);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CanarySample[]))]
internal sealed partial class CanaryJson : JsonSerializerContext;
