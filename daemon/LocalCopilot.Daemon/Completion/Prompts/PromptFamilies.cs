using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Completion.Prompts;

/// <summary>The table of families. The first that fits a model is its own, so special ones come before general ones.</summary>
/// <remarks>To add one: a row here, and a case in PromptFamiliesTests. README, "How to add a model family", has the steps.</remarks>
internal static class PromptFamilies
{
    /// <summary>For models without fill-in-the-middle markers. StarCoder's file markers are used where the tokenizer has them.</summary>
    public static PromptFamily PrefixOnly { get; } = new()
    {
        Name = "prefix only",
        Order = PromptOrder.PrefixOnly,
        Repository = "<repo_name>",
        File = "<file_sep>",
    };

    public static IReadOnlyList<PromptFamily> All { get; } =
    [
        // models/embedded-code-6.5m.md, "Prompts": suffix first is preferred.
        new()
        {
            Name = "embedded",
            ModelName = "LocalCopilot",
            Order = PromptOrder.SuffixFirst,
            Prefix = "<|fim_prefix|>",
            Suffix = "<|fim_suffix|>",
            Middle = "<|fim_middle|>",
            Repository = "<|repo_name|>",
            File = "<|file_sep|>",
        },

        // Qwen2.5-Coder's technical report, section 3.2; Qwen3-Coder has kept it.
        new()
        {
            Name = "qwen",
            Order = PromptOrder.PrefixFirst,
            Prefix = "<|fim_prefix|>",
            Suffix = "<|fim_suffix|>",
            Middle = "<|fim_middle|>",
            Repository = "<|repo_name|>",
            File = "<|file_sep|>",
        },

        // CodeGemma's model card: files are separated by <|file_separator|>, without paths.
        new()
        {
            Name = "gemma",
            Order = PromptOrder.PrefixFirst,
            Prefix = "<|fim_prefix|>",
            Suffix = "<|fim_suffix|>",
            Middle = "<|fim_middle|>",
            NamesFile = false,
        },

        // StarCoder2's paper, section 5.2: <repo_name>name<file_sep>path\ncode.
        new()
        {
            Name = "starcoder2",
            Order = PromptOrder.PrefixFirst,
            Prefix = "<fim_prefix>",
            Suffix = "<fim_suffix>",
            Middle = "<fim_middle>",
            Repository = "<repo_name>",
            File = "<file_sep>",
        },

        // Granite Code: StarCoder's markers, without files.
        new()
        {
            Name = "granite",
            Order = PromptOrder.PrefixFirst,
            Prefix = "<fim_prefix>",
            Suffix = "<fim_suffix>",
            Middle = "<fim_middle>",
            NamesFile = false,
        },

        // Code Llama's paper, section 2.3.
        new()
        {
            Name = "llama",
            Order = PromptOrder.PrefixFirst,
            Prefix = "▁<PRE>",
            Suffix = "▁<SUF>",
            Middle = "▁<MID>",
            NamesFile = false,
        },

        // DeepSeek-Coder's paper, section 3.1.2.
        new()
        {
            Name = "deepseek",
            Order = PromptOrder.PrefixFirst,
            Prefix = "<｜fim▁begin｜>",
            Suffix = "<｜fim▁hole｜>",
            Middle = "<｜fim▁end｜>",
            NamesFile = false,
        },
    ];

    /// <summary>The family of a model, by its name and by what its tokenizer knows.</summary>
    public static PromptFamily Of(string modelName, LlamaVocabulary vocabulary) => Of(modelName, marker => vocabulary.Find(marker) is not null);

    /// <param name="isToken">Whether the tokenizer has a token of this text.</param>
    public static PromptFamily Of(string modelName, Func<string, bool> isToken)
    {
        bool Has(string marker) => marker.Length == 0 || isToken(marker);

        return All.FirstOrDefault(family =>
                modelName.StartsWith(family.ModelName, StringComparison.OrdinalIgnoreCase)
                && Has(family.Prefix) && Has(family.Suffix) && Has(family.Middle) && Has(family.File) && Has(family.Repository))
            ?? PrefixOnly;
    }
}
