namespace LocalCopilot.Training.Data;

/// <summary>A text to learn from, as tokens.</summary>
/// <param name="Tokens">All of it: prompt, then what the model is to write.</param>
/// <param name="FirstTarget">Index of the first token that is learned, at least 1: nothing comes before token 0 to tell it from.</param>
public sealed record TrainingSample(IReadOnlyList<int> Tokens, int FirstTarget)
{
    /// <summary>Tokens that are learned.</summary>
    public int Targets => Tokens.Count - FirstTarget;

    /// <summary>Of the learned tokens, how many are still of the prompt; they come first.</summary>
    public int PromptTargets { get; init; }

    /// <summary>What a token of the prompt counts in the loss, where one of what the model is to write counts 1.</summary>
    public float PromptWeight { get; init; } = 1;
}
