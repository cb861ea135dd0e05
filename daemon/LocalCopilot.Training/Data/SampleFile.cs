using System.Text.Json;
using System.Text.Json.Serialization;
using LocalCopilot.Llama;

namespace LocalCopilot.Training.Data;

/// <summary>Reads samples from a file with one JSON object a line.</summary>
/// <remarks>
/// Either <c>{"tokens": [1, 2, 3], "firstTarget": 2}</c>: token ids, and the index of the first that is learned.
/// <c>"promptTargets": 5, "promptWeight": 0.1</c> beside them: of those that are learned the first five count a tenth. Or
/// <c>{"prompt": "...", "completion": "..."}</c>: texts; the completion is learned, and the end of text after it. Special tokens
/// are recognized in prompts (<c>&lt;|fim_prefix|&gt;</c>) and not in completions. Empty lines are passed over.
/// </remarks>
public static class SampleFile
{
    /// <summary>Reads samples one by one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="vocabulary">Splits texts; asked for only where there are some.</param>
    /// <exception cref="TrainingException">A line is no sample; the message has its number.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<TrainingSample> Read(string path, Func<LlamaVocabulary> vocabulary)
    {
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(line, $"{path}, line {number}", vocabulary);
            }
        }
    }

    /// <summary>Writes samples as tokens.</summary>
    public static void Write(TextWriter writer, IEnumerable<TrainingSample> samples)
    {
        foreach (TrainingSample sample in samples)
        {
            writer.Write(JsonSerializer.Serialize(LineOf(sample), SampleJson.Default.SampleLine));
            writer.Write('\n');
        }
    }

    private static SampleLine LineOf(TrainingSample sample) => new()
    {
        Tokens = [.. sample.Tokens],
        FirstTarget = sample.FirstTarget,
        PromptTargets = sample.PromptTargets > 0 ? sample.PromptTargets : null,
        PromptWeight = sample.PromptTargets > 0 ? sample.PromptWeight : null,
    };

    private static TrainingSample SampleOf(SampleLine line, int[] tokens, string place)
    {
        TrainingSample sample = new(tokens, line.FirstTarget ?? 1) { PromptTargets = line.PromptTargets ?? 0, PromptWeight = line.PromptWeight ?? 1 };
        return sample is { PromptTargets: >= 0, PromptWeight: >= 0 and <= 1 }
            ? sample
            : throw new TrainingException($"{place} has a \"promptTargets\" below 0, or a \"promptWeight\" that is not 0 to 1.");
    }

    private static TrainingSample Parse(string text, string place, Func<LlamaVocabulary> vocabulary)
    {
        SampleLine line;
        try
        {
            line = JsonSerializer.Deserialize(text, SampleJson.Default.SampleLine) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new TrainingException($"{place} is not JSON of a sample: {exception.Message}", exception);
        }

        if (line.Tokens is { } tokens)
        {
            return SampleOf(line, tokens, place);
        }

        if (line.Prompt is not { } prompt || line.Completion is not { } completion)
        {
            throw new TrainingException($"{place} has neither \"tokens\" nor \"prompt\" and \"completion\". Write {{\"prompt\": \"...\", \"completion\": \"...\"}}.");
        }

        LlamaVocabulary words = vocabulary();
        int[] before = words.Tokenize(prompt, parseSpecial: true);
        if (words.AddsBeginningOfText && words.BeginningOfText is { } begin)
        {
            before = [begin, .. before];
        }

        int[] learned = words.Tokenize(completion);
        return learned.Length == 0 ? new(before, before.Length) : new([.. before, .. learned, .. words.EndOfText is { } end ? (int[])[end] : []], before.Length);
    }
}

/// <summary>A line of a <see cref="SampleFile"/>.</summary>
internal sealed record SampleLine
{
    public int[]? Tokens { get; init; }

    public int? FirstTarget { get; init; }

    public int? PromptTargets { get; init; }

    public float? PromptWeight { get; init; }

    public string? Prompt { get; init; }

    public string? Completion { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SampleLine))]
internal sealed partial class SampleJson : JsonSerializerContext;
