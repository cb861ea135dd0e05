using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Models;

/// <summary>Where this and other tools keep GGUF files. Folders that are not there do no harm.</summary>
/// <param name="environment">Reads one environment variable; null where it is not set.</param>
internal sealed class ModelFolders(LocalCopilotPaths paths, Func<string, string?> environment)
{
    public IReadOnlyList<string> LocalCopilot => Of(Path.Combine(paths.DataDirectory, "models"));

    /// <remarks>On Linux the installed service runs as a user of its own, with its home in one of the last two.</remarks>
    public IReadOnlyList<string> Ollama => Of(
        Variable("OLLAMA_MODELS"),
        Home(".ollama", "models"),
        OperatingSystem.IsWindows() ? null : "/usr/share/ollama/.ollama/models",
        OperatingSystem.IsWindows() ? null : "/var/lib/ollama/.ollama/models");

    public IReadOnlyList<string> LmStudio => Of(Home(".lmstudio", "models"), Home(".cache", "lm-studio", "models"));

    public IReadOnlyList<string> HuggingFace => Of(
        Variable("HF_HUB_CACHE"),
        Variable("HF_HOME") is { } home ? Path.Combine(home, "hub") : Cache("huggingface", "hub"));

    public IReadOnlyList<string> LlamaCpp => Of(
        Variable("LLAMA_CACHE"),
        OperatingSystem.IsMacOS() ? Home("Library", "Caches", "llama.cpp")
        : OperatingSystem.IsWindows() ? Variable("LOCALAPPDATA") is { } local ? Path.Combine(local, "llama.cpp") : null
        : Cache("llama.cpp"));

    private static string[] Of(params string?[] folders) => [.. folders.OfType<string>().Where(Directory.Exists).Distinct(StringComparer.Ordinal)];

    private string? Home(params string[] folders) =>
        Variable(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME") is { } home ? Path.Combine([home, .. folders]) : null;

    private string? Cache(params string[] folders) =>
        Variable("XDG_CACHE_HOME") is { } cache ? Path.Combine([cache, .. folders]) : Home([".cache", .. folders]);

    private string? Variable(string name) => environment(name) is { Length: > 0 } value && Path.IsPathFullyQualified(value) ? value : null;
}
