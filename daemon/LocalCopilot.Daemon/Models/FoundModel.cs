namespace LocalCopilot.Daemon.Models;

/// <summary>A GGUF file on this machine.</summary>
/// <param name="Id">Short name, unique among those found.</param>
/// <param name="Source">Which tool put it there; one of <see cref="ModelSources"/>.</param>
internal sealed record FoundModel(string Id, string Path, string Source);

/// <summary>Where a model was found, as protocol.md's <c>source</c> has it.</summary>
internal static class ModelSources
{
    public const string Embedded = "embedded";
    public const string LocalCopilot = "localcopilot";
    public const string Ollama = "ollama";
    public const string LmStudio = "lm-studio";
    public const string HuggingFace = "hugging-face";
    public const string LlamaCpp = "llama.cpp";

    /// <summary>Given by its path.</summary>
    public const string Settings = "settings";
}
