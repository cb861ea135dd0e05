using System.Globalization;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.Daemon.Models;

/// <summary>Estimates the memory that a model takes, from its file's head, in bytes.</summary>
internal static class ModelMemory
{
    /// <summary>A key's or a value's element: F16.</summary>
    private const int CacheElementBytes = 2;

    private const int FloatBytes = 4;

    /// <summary>Rows of a training step, and their attention span; training.md, "Memory".</summary>
    private const int TrainingRows = 512;

    /// <summary>Program, libraries and index, whatever the model: the daemon's resident size with the embedded one (134 MB), less the rest of its estimate.</summary>
    private const long Overhead = 100_000_000;

    /// <summary>Weights, key-value cache for all cached documents, and the intermediate results of one batch.</summary>
    public static long Serving(GgufFile file, long weights, EngineOptions options)
    {
        Shape shape = new(file);
        long tokens = Math.Min(options.ContextTokens, Math.Max(1, shape.ContextTokens));
        long cache = shape.Layers * shape.KeyHeads * (shape.KeyLength + shape.ValueLength) * CacheElementBytes * tokens * SequenceCache.SequencesFor(options.CachedDocuments);
        long attention = shape.Heads * tokens * LoadedModel.BatchRows * FloatBytes;
        long feedForward = (shape.FeedForward + (2 * shape.Width)) * LoadedModel.BatchRows * FloatBytes;
        long logits = shape.Vocabulary * LoadedModel.BatchRows * FloatBytes;
        return weights + cache + Math.Max(attention + feedForward, logits) + Overhead;
    }

    /// <summary>Weights and their transposes in 8 bits, and the intermediate results of a step that are kept for the way back; training.md, "Memory".</summary>
    public static long Training(GgufFile file, long parameters)
    {
        Shape shape = new(file);
        long kept = (4 * shape.Width) + (2 * shape.Heads * shape.KeyLength) + (2 * shape.KeyHeads * shape.KeyLength) + (3 * shape.FeedForward) + (shape.Heads * TrainingRows);
        return (2 * parameters * 34 / 32) + (kept * FloatBytes * TrainingRows * shape.Layers) + (shape.Vocabulary * TrainingRows * FloatBytes) + Overhead;
    }

    /// <summary>For people: <c>7.2 MB</c>, <c>1.4 GB</c>.</summary>
    public static string Describe(long bytes) => bytes switch
    {
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };

    private sealed class Shape
    {
        public Shape(GgufFile file)
        {
            // A number for each layer instead of one for all: the largest.
            long Of(string key) => file.Number($"{file.Architecture}.{key}")
                ?? (file.Array($"{file.Architecture}.{key}") is { ElementType: not (GgufValueType.String or GgufValueType.Bool or GgufValueType.Float32 or GgufValueType.Float64), Count: > 0 } layers ? file.ReadIntegers(layers).Max() : 0);

            long Positive(string key, long otherwise) => Of(key) is > 0 and < int.MaxValue and var value ? value : otherwise;

            Layers = Positive("block_count", 1);
            Width = Positive("embedding_length", 1);
            ContextTokens = Positive("context_length", 1);
            Heads = Positive("attention.head_count", 1);
            KeyHeads = Positive("attention.head_count_kv", Heads);
            KeyLength = Positive("attention.key_length", Width / Heads);
            ValueLength = Positive("attention.value_length", KeyLength);
            FeedForward = Positive("feed_forward_length", 4 * Width);
            Vocabulary = file.Array("tokenizer.ggml.tokens")?.Count ?? 0;
        }

        public long Layers { get; }

        public long Width { get; }

        public long ContextTokens { get; }

        public long Heads { get; }

        public long KeyHeads { get; }

        public long KeyLength { get; }

        public long ValueLength { get; }

        public long FeedForward { get; }

        public long Vocabulary { get; }
    }
}
