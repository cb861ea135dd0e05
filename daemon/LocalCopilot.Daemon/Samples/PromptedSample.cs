using LocalCopilot.Daemon.Completion.Prompts;

namespace LocalCopilot.Daemon.Samples;

/// <summary>A sample as a model sees it.</summary>
/// <param name="Prompt">The very prompt that serving would send.</param>
/// <param name="Text">The file around the cursor.</param>
/// <param name="Middle">What was written.</param>
/// <param name="Target">What the model is to write after the prompt: the prompt's unfinished end, the middle, the end of text.</param>
internal sealed record PromptedSample(Sample Sample, SampleText Text, BuiltPrompt Prompt, string Middle, IReadOnlyList<int> Target)
{
    /// <summary>Prompt and target, as training has them.</summary>
    public int[] Tokens => [.. Prompt.Tokens, .. Target];
}
