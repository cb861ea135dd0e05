namespace LocalCopilot.Llama;

/// <summary>The tokens of a model, and the way between text and tokens.</summary>
public sealed class LlamaVocabulary
{
}
