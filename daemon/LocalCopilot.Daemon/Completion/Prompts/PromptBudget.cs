using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Completion.Prompts;

/// <summary>Tokens that the parts of a prompt may have, at most. What one part leaves is the next one's: context, suffix, prefix.</summary>
/// <param name="Total">All together, markers included.</param>
/// <param name="Context">Text of other places.</param>
/// <param name="Suffix">Text after the cursor.</param>
internal readonly record struct PromptBudget(int Total, int Context, int Suffix)
{
    /// <summary>Tokens that are left for text before the cursor where context and suffix take all of theirs.</summary>
    public int Prefix => Math.Max(0, Total - Context - Suffix);

    /// <summary>Characters before the cursor that are in the prompt in any case.</summary>
    public int InView => Prefix * 3;

    /// <summary>Share of what the file has that its suffix may take. 0.3: docs/quality.md has the comparison.</summary>
    private const double SuffixShare = 0.3;

    /// <summary>Of a prompt that is answered while the whole one is still evaluated: what is right around the cursor.</summary>
    public static PromptBudget Hurried { get; } = new(HurriedTokens, 0, (int)(HurriedTokens * SuffixShare));

    /// <summary>A seventh of the embedded model's prompts; docs/quality.md has what it costs.</summary>
    private const int HurriedTokens = 128;

    /// <summary>Tokens that may follow a prompt, at most.</summary>
    /// <param name="contextTokens">The model's context.</param>
    public static int MostGenerated(int contextTokens) => Math.Max(8, contextTokens / 4);

    /// <summary>The budget of a completion; the same for all that are not longer than usual, so that the cache keeps their prompts.</summary>
    /// <param name="contextTokens">The model's context.</param>
    /// <param name="generated">Tokens that are wanted.</param>
    public static PromptBudget Of(int contextTokens, int generated, CompletionOptions options) =>
        For(contextTokens, Math.Min(MostGenerated(contextTokens), Math.Max(generated, options.MaxTokens)), options.ContextShare);

    /// <param name="contextTokens">The model's context.</param>
    /// <param name="generated">Tokens that may follow the prompt.</param>
    /// <param name="contextShare">Share of the prompt for text of other places, 0..1.</param>
    public static PromptBudget For(int contextTokens, int generated, double contextShare)
    {
        int total = Math.Max(16, contextTokens - generated);
        int context = (int)(total * contextShare);
        return new(total, context, (int)((total - context) * SuffixShare));
    }
}
