using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training;

namespace LocalCopilot.Tests.Training;

/// <summary>Random models of a few thousand parameters, as files that llama.cpp loads.</summary>
public sealed record TinyModel(string Architecture)
{
    /// <summary>Bytes of text and eight markers.</summary>
    public const int Vocabulary = 264 + 8;

    /// <summary>One of each kind that the trainer knows, by a name for test output.</summary>
    public static TheoryData<string> Kinds => ["llama", "llama-tied", "llama-rope", "qwen2", "qwen3", "granite", "starcoder2", "gemma"];

    public bool Tied { get; init; }

    public bool RotaryFactors { get; init; }

    public int? HeadLength { get; init; }

    public int Layers { get; init; } = 2;

    public int Width { get; init; } = 64;

    public int FeedForward { get; init; } = 96;

    public int Heads { get; init; } = 4;

    public int KeyValueHeads { get; init; } = 2;

    /// <summary>Further numbers of the metadata, behind the architecture's name.</summary>
    public IReadOnlyList<(string Key, float Value)> Factors { get; init; } = [];

    /// <summary>Whether it is built of layer norms and a feed-forward network without a gate, all with biases.</summary>
    private bool IsPlain => Architecture == "starcoder2";

    public static TinyModel Of(string kind) => kind switch
    {
        "llama" => new("llama"),
        "llama-tied" => new("llama") { Tied = true },
        "llama-rope" => new("llama") { RotaryFactors = true },
        "qwen2" => new("qwen2"),
        "qwen3" => new("qwen3") { HeadLength = 32 },
        "granite" => new("granite") { Tied = true, Factors = [("embedding_scale", 5), ("attention.scale", 0.4f), ("residual_scale", 0.3f), ("logit_scale", 2)] },
        "starcoder2" => new("starcoder2"),
        "gemma" => new("gemma") { Tied = true, HeadLength = 32 },
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Writes the model.</summary>
    /// <param name="folder">Where it goes.</param>
    /// <param name="type">Type of the matrices; norms and biases stay F32.</param>
    /// <param name="dequantized">Store the numbers that the type leaves as F32.</param>
    /// <param name="change">A last change, to make it wrong.</param>
    /// <returns>The file.</returns>
    public string Write(string folder, GgufTensorType type = GgufTensorType.F32, Action<GgufWriter>? change = null, bool dequantized = false)
    {
        int headLength = HeadLength ?? (Width / Heads);
        RandomNumbers random = new(7);
        GgufWriter writer = new();
        writer.Set("general.architecture", Architecture);
        void Number(string key, int value) => writer.Set($"{Architecture}.{key}", (uint)value);
        Number("block_count", Layers);
        Number("context_length", 512);
        Number("embedding_length", Width);
        Number("feed_forward_length", FeedForward);
        Number("attention.head_count", Heads);
        Number("attention.head_count_kv", KeyValueHeads);
        Number("attention.key_length", headLength);
        Number("attention.value_length", headLength);
        Number("rope.dimension_count", headLength);
        writer.Set($"{Architecture}.rope.freq_base", 10_000f);
        writer.Set($"{Architecture}.attention.{(IsPlain ? "layer_norm_epsilon" : "layer_norm_rms_epsilon")}", 1e-5f);
        foreach ((string key, float value) in Factors)
        {
            writer.Set($"{Architecture}.{key}", value);
        }

        if (RotaryFactors)
        {
            writer.Set($"{Architecture}.rope.scaling.type", "linear");
            writer.Set($"{Architecture}.rope.scaling.factor", 2f);
        }

        WriteTokenizer(writer);
        Matrix("token_embd.weight", Width, Vocabulary, Tied ? 0.3f : 1);
        Norm("output_norm.weight", Width);
        if (IsPlain)
        {
            Bias("output_norm.bias", Width);
        }

        if (!Tied)
        {
            Matrix("output.weight", Width, Vocabulary);
        }

        if (RotaryFactors)
        {
            writer.Add("rope_freqs.weight", [headLength / 2], [.. Enumerable.Range(0, headLength / 2).Select(i => 1 + (3f * i / ((headLength / 2) - 1)))]);
        }

        for (int layer = 0; layer < Layers; layer++)
        {
            string block = $"blk.{layer}.";
            Norm(block + "attn_norm.weight", Width);
            Norm(block + "ffn_norm.weight", Width);
            Matrix(block + "attn_q.weight", Width, Heads * headLength);
            Matrix(block + "attn_k.weight", Width, KeyValueHeads * headLength);
            Matrix(block + "attn_v.weight", Width, KeyValueHeads * headLength);
            Matrix(block + "attn_output.weight", Heads * headLength, Width);
            if (!IsPlain)
            {
                Matrix(block + "ffn_gate.weight", Width, FeedForward);
            }

            Matrix(block + "ffn_up.weight", Width, FeedForward);
            Matrix(block + "ffn_down.weight", FeedForward, Width);
            if (IsPlain)
            {
                Bias(block + "attn_norm.bias", Width);
                Bias(block + "ffn_norm.bias", Width);
                Bias(block + "attn_output.bias", Width);
                Bias(block + "ffn_up.bias", FeedForward);
                Bias(block + "ffn_down.bias", Width);
            }

            if (Architecture == "qwen2" || IsPlain)
            {
                Bias(block + "attn_q.bias", Heads * headLength);
                Bias(block + "attn_k.bias", KeyValueHeads * headLength);
                Bias(block + "attn_v.bias", KeyValueHeads * headLength);
            }

            if (Architecture == "qwen3")
            {
                Norm(block + "attn_q_norm.weight", headLength);
                Norm(block + "attn_k_norm.weight", headLength);
            }
        }

        change?.Invoke(writer);
        string file = Path.Combine(folder, $"{Architecture}-{type}-{Guid.NewGuid():N}.gguf");
        using FileStream stream = File.Create(file);
        writer.WriteTo(stream);
        return file;

        void Matrix(string name, int inputs, int outputs, float deviation = 0)
        {
            float scale = deviation > 0 ? deviation : 1.4f / MathF.Sqrt(inputs);
            float[] numbers = [.. Enumerable.Range(0, inputs * outputs).Select(_ => Gauss(random) * scale)];
            byte[] data = new byte[Llama(type, numbers.Length)];
            LocalCopilot.Llama.Ggml.GgmlTypes.FromFloats(type, numbers, inputs, data);
            if (dequantized)
            {
                LocalCopilot.Llama.Ggml.GgmlTypes.ToFloats(type, data, numbers);
                writer.Add(name, [inputs, outputs], numbers);
                return;
            }

            writer.Add(name, type, [inputs, outputs], data);
        }

        void Norm(string name, int length) => writer.Add(name, [length], [.. Enumerable.Range(0, length).Select(_ => 1 + (0.2f * Gauss(random)))]);

        void Bias(string name, int length) => writer.Add(name, [length], [.. Enumerable.Range(0, length).Select(_ => 0.3f * Gauss(random))]);

        static long Llama(GgufTensorType type, long elements) => LocalCopilot.Llama.Ggml.GgmlTypes.RowBytes(type, elements);
    }

    internal static float Gauss(RandomNumbers random) =>
        MathF.Sqrt(-2 * MathF.Log(random.NextSingle() + 1e-7f)) * MathF.Cos(2 * MathF.PI * random.NextSingle());

    /// <summary>A byte-level tokenizer without merges, with Qwen's markers.</summary>
    private static void WriteTokenizer(GgufWriter writer)
    {
        // GPT-2's alphabet: printable bytes stand for themselves, the others for characters from 256 on.
        List<string> tokens = [];
        int others = 0;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            tokens.Add(((char)(printable ? value : 256 + others++)).ToString());
        }

        string[] markers = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"];
        tokens.AddRange(markers);
        while (tokens.Count < Vocabulary)
        {
            tokens.Add($"<|unused_{tokens.Count}|>");
        }

        writer.Set("tokenizer.ggml.model", "gpt2");
        writer.Set("tokenizer.ggml.pre", "qwen2");
        writer.Set("tokenizer.ggml.tokens", tokens);
        writer.Set("tokenizer.ggml.token_type", [.. tokens.Select((_, index) => index < 256 ? 1 : 3)]);
        writer.Set("tokenizer.ggml.merges", (IReadOnlyList<string>)["a b"]);
        writer.Set("tokenizer.ggml.eos_token_id", 256u);
    }
}
