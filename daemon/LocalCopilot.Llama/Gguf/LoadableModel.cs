namespace LocalCopilot.Llama.Gguf;

/// <summary>Finds in a model's metadata what makes llama.cpp end the process instead of refusing the file.</summary>
/// <remarks>Each rule is an assertion of llama.cpp v0.5.0 that a damaged or made-up file can break; found by changing bytes of a good one.</remarks>
public static class LoadableModel
{
    /// <summary>llama.cpp's LLAMA_MAX_LAYERS.</summary>
    private const long MostLayers = 512;

    /// <summary>Whose attention has nothing but query, key and value heads, all of one length and the same in every layer.</summary>
    private static readonly string[] PlainAttention = ["llama", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "granite", "granitemoe", "gemma", "gemma2", "gemma3", "starcoder2"];

    /// <exception cref="GgufException">llama.cpp would not survive it.</exception>
    public static void Check(GgufFile file)
    {
        if (file.Architecture.Length == 0)
        {
            throw Damaged(file, "general.architecture is missing");
        }

        if (file.Architecture == "clip" || file.Text("general.type") is "adapter" or "mmproj")
        {
            // No language model: llama.cpp says so itself.
            return;
        }

        Require(file, "block_count", 1, MostLayers);
        Require(file, "context_length", 1, int.MaxValue);
        long width = Require(file, "embedding_length", 1, int.MaxValue);
        if (PlainAttention.Contains(file.Architecture))
        {
            CheckHeads(file, width);
        }

        CheckTokens(file, width);
    }

    private static void CheckHeads(GgufFile file, long width)
    {
        if (Number(file, "attention.head_count") is not { } heads)
        {
            return;
        }

        long queryHeads = InRange(file, "attention.head_count", heads, 1, width);
        long keyHeads = InRange(file, "attention.head_count_kv", Number(file, "attention.head_count_kv") ?? queryHeads, 1, queryHeads);
        long length = InRange(file, "attention.key_length", Number(file, "attention.key_length") ?? width / queryHeads, 1, int.MaxValue);
        if (queryHeads % keyHeads != 0)
        {
            throw Damaged(file, $"{queryHeads} query heads are no multiple of {keyHeads} key and value heads");
        }

        if (Number(file, "rope.dimension_count") is { } rotated && (rotated < 0 || rotated > length || rotated % 2 != 0))
        {
            throw Damaged(file, $"{Key(file, "rope.dimension_count")} is {rotated}; a head has {length} elements, of which an even number can be rotated");
        }

        foreach (GgufTensor tensor in file.Tensors.Where(tensor => tensor.Shape.Count > 1))
        {
            long rows = tensor.Name.EndsWith(".attn_q.weight", StringComparison.Ordinal) ? queryHeads * length
                : tensor.Name.EndsWith(".attn_k.weight", StringComparison.Ordinal) ? keyHeads * length
                : tensor.Shape[1];
            if (tensor.Shape[1] != rows)
            {
                throw Damaged(file, $"{tensor.Name} has {tensor.Shape[1]} rows, and {queryHeads} query and {keyHeads} key heads of {length} elements need {rows}");
            }
        }
    }

    private static void CheckTokens(GgufFile file, long width)
    {
        if (file.Text("tokenizer.ggml.model") is "none" or null)
        {
            return;
        }

        if (file.Array("tokenizer.ggml.tokens") is not { ElementType: GgufValueType.String } tokens)
        {
            throw Damaged(file, "tokenizer.ggml.tokens is missing, or no list of texts");
        }

        if (file.Tensors.FirstOrDefault(tensor => tensor.Name == "token_embd.weight") is { } embedding && (embedding.Shape.Count != 2 || embedding.Shape[0] != width || embedding.Shape[1] < tokens.Count))
        {
            throw Damaged(file, $"token_embd.weight is {string.Join(" x ", embedding.Shape)}, and {tokens.Count} tokens of {width} elements are needed");
        }

        HashSet<string> texts = new(StringComparer.Ordinal);
        foreach (string text in file.ReadRawStrings(tokens))
        {
            // llama.cpp gives a name with its number to each token without text.
            if (text.Length > 0 && !texts.Add(text))
            {
                throw Damaged(file, $"token '{text}' is there twice");
            }
        }
    }

    private static long Require(GgufFile file, string key, long least, long most) =>
        InRange(file, key, Number(file, key) ?? throw Damaged(file, $"{Key(file, key)} is missing, or no whole number"), least, most);

    private static long InRange(GgufFile file, string key, long value, long least, long most) =>
        value >= least && value <= most ? value : throw Damaged(file, $"{Key(file, key)} is {value}; {least} to {most} is possible");

    private static long? Number(GgufFile file, string key) => file.Number(Key(file, key));

    private static string Key(GgufFile file, string key) => $"{file.Architecture}.{key}";

    private static GgufException Damaged(GgufFile file, string what) => new($"{file.Path} is damaged: {what}. Download it again.");
}
