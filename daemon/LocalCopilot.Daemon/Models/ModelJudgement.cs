using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Models;

/// <summary>Says of a GGUF file, by its head alone, whether it can complete and train, and at what memory.</summary>
internal static class ModelJudgement
{
    /// <summary>Bytes of a key or a value of one position: F16.</summary>
    private const int CacheElementBytes = 2;

    /// <summary>What the evaluation of a batch takes besides weights and cache, measured with models of 6 and 135 million parameters.</summary>
    private const long ComputeBytes = 48 * 1024 * 1024;

    private static readonly string[] Serving = ["llama", "qwen2", "qwen3", "granite", "gemma", "gemma2", "gemma3", "starcoder2", "mistral", "deepseek2", "phi3", "qwen2moe", "qwen3moe"];

    private static readonly string[] Training = ["llama", "qwen2", "qwen3"];

    private static readonly GgufTensorType[] TrainingTypes =
    [
        GgufTensorType.F32, GgufTensorType.F16, GgufTensorType.BF16, GgufTensorType.Q8_0, GgufTensorType.Q4_0, GgufTensorType.Q4_1, GgufTensorType.Q4_K, GgufTensorType.Q5_K, GgufTensorType.Q6_K,
    ];

    public static ModelDescription Describe(FoundModel found, EngineOptions options)
    {
        ModelDescription unread = new()
        {
            Id = found.Id,
            Path = found.Path,
            Source = found.Source,
            Bytes = new FileInfo(found.Path) is { Exists: true } info ? info.Length : 0,
            CanFillInMiddle = false,
            CanTrain = false,
        };
        try
        {
            return Describe(unread, GgufFile.Read(found.Path), options);
        }
        catch (Exception exception) when (exception is GgufException or IOException or UnauthorizedAccessException)
        {
            return unread with { Reason = exception.Message };
        }
    }

    private static ModelDescription Describe(ModelDescription unread, GgufFile file, EngineOptions options)
    {
        ModelDescription description = unread with { Architecture = file.Architecture, Parameters = file.Parameters };
        string? unusable = file.Text("general.type") is "adapter" or "mmproj" or "imatrix"
            ? $"It is no language model but {file.Text("general.type")} data."
            : !Serving.Contains(file.Architecture) ? $"The architecture {file.Architecture} is not supported for completions; supported are {string.Join(", ", Serving)}."
            : file.Tensors.Count == 0 ? "It holds a vocabulary and no weights."
            : null;
        if (unusable is not null)
        {
            return description with { Reason = unusable };
        }

        bool canFill = HasMarkers(file);
        GgufTensorType? untrainable = file.Tensors.Select(tensor => tensor.Type).Where(type => !TrainingTypes.Contains(type)).Cast<GgufTensorType?>().FirstOrDefault();
        List<string> reasons = [];
        if (!canFill)
        {
            reasons.Add("It has no fill-in-the-middle tokens: completions see only what is before the cursor.");
        }

        if (!Training.Contains(file.Architecture))
        {
            reasons.Add($"It cannot be trained: the trainer knows {string.Join(", ", Training)}.");
        }
        else if (untrainable is { } type)
        {
            reasons.Add($"It cannot be trained: it has tensors of type {type}.");
        }

        return description with
        {
            CanFillInMiddle = canFill,
            CanTrain = Training.Contains(file.Architecture) && untrainable is null,
            ServingBytes = file.Bytes + CacheBytes(file, options) + ComputeBytes,
            Reason = reasons.Count > 0 ? string.Join(' ', reasons) : null,
        };
    }

    private static bool HasMarkers(GgufFile file)
    {
        if (file.Array("tokenizer.ggml.tokens") is not { ElementType: GgufValueType.String } tokens)
        {
            return false;
        }

        HashSet<string> texts = [.. file.ReadStrings(tokens)];
        return PromptFamilies.All.Any(family => texts.Contains(family.Prefix) && texts.Contains(family.Suffix) && texts.Contains(family.Middle));
    }

    private static long CacheBytes(GgufFile file, EngineOptions options)
    {
        long Of(string key) => file.Number($"{file.Architecture}.{key}") ?? 0;

        long heads = Math.Max(1, Of("attention.head_count"));
        long headLength = Of("attention.key_length") is > 0 and var length ? length : Of("embedding_length") / heads;
        long keyValueHeads = Of("attention.head_count_kv") is > 0 and var count ? count : heads;
        long tokens = Math.Min(options.ContextTokens, Math.Max(1, Of("context_length"))) * (options.CachedDocuments + 1);
        return Of("block_count") * keyValueHeads * headLength * 2 * CacheElementBytes * tokens;
    }
}
