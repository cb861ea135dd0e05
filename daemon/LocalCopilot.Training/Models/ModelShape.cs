using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.Training.Models;

/// <summary>The sizes of a transformer, from a GGUF file's metadata (ggml/docs/gguf.md).</summary>
public sealed record ModelShape
{
    /// <summary>The value of <c>general.architecture</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Elements of a hidden state.</summary>
    public required int Width { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; each serves <see cref="Heads"/> / this many query heads.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Elements of a head.</summary>
    public required int HeadLength { get; init; }

    /// <summary>Elements between the two matrices of the feed-forward network.</summary>
    public required int FeedForwardLength { get; init; }

    /// <summary>Tokens that the model knows.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Tokens of context that it was trained with.</summary>
    public required int ContextTokens { get; init; }

    /// <summary>Matrices of the feed-forward network: 3, or 2 where it has no gate.</summary>
    public int FeedForwardMatrices { get; init; } = 3;

    /// <summary>Added to the mean square in norms.</summary>
    public required float Epsilon { get; init; }

    /// <summary>Factor on token embeddings.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>Factor on products of queries and keys; 1 / √<see cref="HeadLength"/> in most families.</summary>
    public required float AttentionScale { get; init; }

    /// <summary>Factor on what attention and feed-forward network add to the hidden state.</summary>
    public float ResidualScale { get; init; } = 1;

    /// <summary>Factor on logits.</summary>
    public float LogitScale { get; init; } = 1;

    /// <summary>Positions.</summary>
    public required RotaryParameters Rotary { get; init; }

    /// <summary>Elements of all query heads together.</summary>
    public int QueryLength => Heads * HeadLength;

    /// <summary>Elements of all key heads, or all value heads, together.</summary>
    public int KeyLength => KeyValueHeads * HeadLength;

    /// <summary>Reads the keys that llama-like architectures share. Factors are as in most families.</summary>
    /// <param name="file">The model.</param>
    /// <param name="pairing">Which elements of a head are rotated together.</param>
    /// <param name="epsilonKey">Key of <see cref="Epsilon"/>, behind the architecture's name.</param>
    /// <exception cref="TrainingException">One is missing, or names something that is not supported.</exception>
    public static ModelShape Read(GgufFile file, RotaryPairing pairing, string epsilonKey = "attention.layer_norm_rms_epsilon")
    {
        string architecture = file.Architecture;
        int heads = Required("attention.head_count");
        int width = Required("embedding_length");
        int headLength = Optional("attention.key_length") ?? (heads > 0 ? width / heads : 0);
        if (Optional("attention.value_length") is { } valueLength && valueLength != headLength)
        {
            throw new TrainingException($"{file.Path} has keys of {headLength} and values of {valueLength} elements; only equal ones can be trained.");
        }

        int keyValueHeads = Optional("attention.head_count_kv") ?? heads;
        int layers = Required("block_count");
        int feedForward = Required("feed_forward_length");
        if (heads < 1 || keyValueHeads < 1 || heads % keyValueHeads != 0 || headLength < 2 || headLength % 2 != 0 || width < 1 || layers < 1 || feedForward < 1)
        {
            throw new TrainingException($"{file.Path} describes no transformer: {layers} layers, width {width}, {heads} query and {keyValueHeads} key heads of {headLength}, feed-forward {feedForward}.");
        }

        GgufTensor embedding = file.Tensors.FirstOrDefault(tensor => tensor.Name == "token_embd.weight")
            ?? throw new TrainingException($"{file.Path} has no tensor token_embd.weight. It holds no whole model.");
        return new()
        {
            Architecture = architecture,
            Layers = layers,
            Width = width,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadLength = headLength,
            FeedForwardLength = feedForward,
            Vocabulary = (int)(embedding.Shape.Count > 1 ? embedding.Shape[1] : 0),
            ContextTokens = Required("context_length"),
            Epsilon = Fraction(epsilonKey) ?? throw Missing(epsilonKey),
            AttentionScale = 1 / MathF.Sqrt(headLength),
            Rotary = new(Optional("rope.dimension_count") ?? headLength, pairing, Fraction("rope.freq_base") ?? 10_000, FrequencyScale()),
        };

        int Required(string key) => Optional(key) ?? throw Missing(key);

        int? Optional(string key) => file.Number($"{architecture}.{key}") is { } value ? checked((int)Math.Min(value, int.MaxValue)) : null;

        float? Fraction(string key) => file.Fraction($"{architecture}.{key}");

        TrainingException Missing(string key) => new($"{file.Path} has no number {architecture}.{key}. Convert the model anew with a current llama.cpp.");

        float FrequencyScale() => file.Text($"{architecture}.rope.scaling.type") switch
        {
            null or "none" => 1,
            "linear" => 1 / (Fraction("rope.scaling.factor") ?? 1),
            var other => throw new TrainingException($"{file.Path} scales positions by '{other}'; 'linear' and 'none' can be trained, and frequency factors (rope_freqs.weight)."),
        };
    }
}
