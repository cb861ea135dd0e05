using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Protocol;
using LocalCopilot.Training;
using LocalCopilot.Training.Architectures;

namespace LocalCopilot.Daemon.Models;

/// <summary>Says of a GGUF file, by its head alone, whether it can complete and train, and at what memory.</summary>
internal static class ModelJudgement
{
    /// <summary>README's families: those that the prompt table and the tests know.</summary>
    private static readonly string[] Serving = ["llama", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "granite", "granitemoe", "gemma", "gemma2", "gemma3", "starcoder2", "deepseek2"];

    /// <param name="freeBytes">Memory that is free now; 0: not known.</param>
    public static ModelDescription Describe(FoundModel found, EngineOptions options, long freeBytes)
    {
        IReadOnlyList<string> parts = SplitModel.PartsOf(found.Path);
        ModelDescription unread = new()
        {
            Id = found.Id,
            Path = found.Path,
            Source = found.Source,
            Bytes = parts.Sum(SizeOf),
            CanFillInMiddle = false,
            CanTrain = false,
        };
        if (parts.FirstOrDefault(part => !File.Exists(part)) is { } missing)
        {
            return Unusable(unread, parts.Count > 1 ? $"Its part {missing} is missing. Download it again." : $"There is no file {missing}.");
        }

        try
        {
            GgufFile[] files = [.. parts.Select(GgufFile.Read)];
            return Describe(unread, files, options, freeBytes);
        }
        catch (Exception exception) when (exception is GgufException or IOException or UnauthorizedAccessException)
        {
            return Unusable(unread, exception.Message);
        }
    }

    private static ModelDescription Describe(ModelDescription unread, GgufFile[] files, EngineOptions options, long freeBytes)
    {
        GgufFile head = files[0];
        GgufTensor[] tensors = [.. files.SelectMany(file => file.Tensors)];
        ModelDescription description = unread with { Architecture = head.Architecture.Length > 0 ? head.Architecture : null, Parameters = tensors.Sum(tensor => tensor.Elements) };
        if (WhyUnusable(head, tensors) is { } reason)
        {
            return Unusable(description, reason);
        }

        LoadableModel.Check(head);
        long serving = ModelMemory.Serving(head, tensors.Sum(tensor => tensor.Bytes), options);
        List<string> remarks = [];
        if (freeBytes > 0 && serving > freeBytes)
        {
            remarks.Add($"It needs {ModelMemory.Describe(serving)} and {ModelMemory.Describe(freeBytes)} are free: completions would be slow, or fail.");
        }

        if (!Serving.Contains(head.Architecture))
        {
            remarks.Add($"LocalCopilot was not tried with the architecture {head.Architecture}.");
        }

        bool canFill = FamilyOf(head).Order != PromptOrder.PrefixOnly;
        if (!canFill)
        {
            remarks.Add("It has no fill-in-the-middle tokens: completions see only what is before the cursor.");
        }

        string? untrainable = WhyUntrainable(head, tensors);
        if (untrainable is not null)
        {
            remarks.Add(untrainable);
        }

        return description with
        {
            CanFillInMiddle = canFill,
            CanTrain = untrainable is null,
            ServingBytes = serving,
            TrainingBytes = untrainable is null ? ModelMemory.Training(head, description.Parameters!.Value) : null,
            Reason = remarks.Count > 0 ? string.Join(' ', remarks) : null,
        };
    }

    private static ModelDescription Unusable(ModelDescription description, string reason) => description with { CanComplete = false, Reason = reason };

    /// <summary>Why a whole and undamaged file cannot complete; null where it can.</summary>
    private static string? WhyUnusable(GgufFile head, GgufTensor[] tensors)
    {
        string architecture = head.Architecture;
        bool Has(string key) => head.Metadata.ContainsKey($"{architecture}.{key}");

        if (architecture == "clip" || head.Text("general.type") == "mmproj")
        {
            return "It projects images into another model's input, and writes no text.";
        }

        if (head.Text("general.type") is "adapter" || Has("lora.alpha") || head.Metadata.ContainsKey("adapter.type"))
        {
            return "It is an adapter for another model.";
        }

        if (head.Text("general.type") is "imatrix")
        {
            return "It holds statistics of another model's weights.";
        }

        if (tensors.Length == 0)
        {
            return "It holds a vocabulary and no weights.";
        }

        // Embedding models pool; models with bidirectional attention embed, or write all tokens at once.
        if (head.Number($"{architecture}.pooling_type") > 0 || head.Metadata.GetValueOrDefault($"{architecture}.attention.causal") is false || architecture.Contains("bert", StringComparison.Ordinal))
        {
            return "It turns text into vectors, or writes it all at once, and cannot continue a text.";
        }

        if (architecture is "t5" or "t5encoder")
        {
            return "It encodes a text before it writes another, and cannot continue one.";
        }

        return Has("ssm.state_size") || Has("ssm.conv_kernel") || Has("wkv.head_size") || Has("shortconv.l_cache")
            ? "It keeps a running state that cannot be cut where a text was edited, which completions need."
            : null;
    }

    private static string? WhyUntrainable(GgufFile head, IEnumerable<GgufTensor> tensors)
    {
        if (!KnownArchitectures.Names.Contains(head.Architecture))
        {
            return $"It cannot be trained: the trainer knows {string.Join(", ", KnownArchitectures.Names)}.";
        }

        string[] types = [.. tensors.Select(tensor => tensor.Type).Where(type => !LoraModel.WeightTypes.Contains(type)).Distinct().Order().Select(type => type.ToString())];
        return types.Length > 0 ? $"It cannot be trained: the trainer does not know the tensor type{(types.Length > 1 ? "s" : "")} {string.Join(", ", types)}." : null;
    }

    private static PromptFamily FamilyOf(GgufFile head)
    {
        HashSet<string> markers = [.. PromptFamilies.All.SelectMany(family => (string[])[family.Prefix, family.Suffix, family.Middle, family.Repository, family.File])];
        if (head.Array("tokenizer.ggml.tokens") is { ElementType: GgufValueType.String } tokens)
        {
            HashSet<string> known = [.. head.ReadStrings(tokens).Where(markers.Contains)];
            return PromptFamilies.Of(head.Text("general.name") ?? "", known.Contains);
        }

        return PromptFamilies.PrefixOnly;
    }

    private static long SizeOf(string file) => File.Exists(file) ? new FileInfo(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file).Length : 0;
}
