using System.Text.Json;
using System.Text.RegularExpressions;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Daemon.Models;

/// <summary>Finds the GGUF files that other tools have on this machine.</summary>
internal sealed partial class ModelDiscovery
{
    /// <summary>Model folders are shallow; this keeps a link to the root of a disk from being searched.</summary>
    private const int Depth = 8;

    private readonly LocalCopilotPaths _paths;
    private readonly Func<string, string?> _environment;
    private readonly string _home;

    public ModelDiscovery(LocalCopilotPaths paths)
        : this(paths, Environment.GetEnvironmentVariable)
    {
    }

    public ModelDiscovery(LocalCopilotPaths paths, Func<string, string?> environment)
    {
        _paths = paths;
        _environment = environment;
        _home = environment(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME") ?? "";
    }

    /// <summary>All, the embedded one first; ids are unique.</summary>
    public IReadOnlyList<FoundModel> Find()
    {
        List<FoundModel> found = [new("embedded", EmbeddedModelFile.Path, "LocalCopilot")];
        foreach (FoundModel model in Elsewhere())
        {
            if (!found.Exists(other => other.Path == model.Path))
            {
                string id = model.Id;
                for (int number = 2; found.Exists(other => other.Id == id); number++)
                {
                    id = $"{model.Id}-{number}";
                }

                found.Add(model with { Id = id });
            }
        }

        return found;
    }

    private IEnumerable<FoundModel> Elsewhere() =>
    [
        .. Files("LocalCopilot", Path.Combine(_paths.DataDirectory, "models")),
        .. OllamaModels(),
        .. Files("LM Studio", Home(".lmstudio", "models"), Home(".cache", "lm-studio", "models")),
        .. Files("Hugging Face", Variable("HF_HUB_CACHE"), Variable("HF_HOME") is { } home ? Path.Combine(home, "hub") : Home(".cache", "huggingface", "hub")),
        .. Files("llama.cpp", Variable("LLAMA_CACHE"), Home(".cache", "llama.cpp"), Home("Library", "Caches", "llama.cpp"), Variable("LOCALAPPDATA") is { } local ? Path.Combine(local, "llama.cpp") : null),
    ];

    private static IEnumerable<FoundModel> Files(string source, params string?[] folders)
    {
        EnumerationOptions options = new() { RecurseSubdirectories = true, MaxRecursionDepth = Depth, IgnoreInaccessible = true, AttributesToSkip = 0 };
        foreach (string folder in folders.OfType<string>().Where(Directory.Exists).Distinct())
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*.gguf", options).Order(StringComparer.Ordinal))
            {
                // A model in several files is loaded by its first one.
                if (Part().Match(file) is not { Success: true } part || part.Groups[1].Value == "00001")
                {
                    yield return new(Path.GetFileNameWithoutExtension(file), file, source);
                }
            }
        }
    }

    /// <remarks>manifests/REGISTRY/NAMESPACE/NAME/TAG name the blobs, which are named by their hash.</remarks>
    private IEnumerable<FoundModel> OllamaModels()
    {
        string?[] folders = [Variable("OLLAMA_MODELS"), Home(".ollama", "models"), "/usr/share/ollama/.ollama/models", "/var/lib/ollama/.ollama/models"];
        foreach (string folder in folders.OfType<string>().Distinct())
        {
            string manifests = Path.Combine(folder, "manifests");
            if (!Directory.Exists(manifests))
            {
                continue;
            }

            foreach (string manifest in Directory.EnumerateFiles(manifests, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Depth, IgnoreInaccessible = true }).Order(StringComparer.Ordinal))
            {
                if (ModelLayer(manifest) is { } digest && Path.Combine(folder, "blobs", digest.Replace(':', '-')) is var blob && File.Exists(blob))
                {
                    yield return new($"{Path.GetFileName(Path.GetDirectoryName(manifest))}:{Path.GetFileName(manifest)}", blob, "Ollama");
                }
            }
        }
    }

    private static string? ModelLayer(string manifest)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(manifest));
            return document.RootElement.GetProperty("layers").EnumerateArray()
                .Where(layer => layer.GetProperty("mediaType").GetString() == "application/vnd.ollama.image.model")
                .Select(layer => layer.GetProperty("digest").GetString()).FirstOrDefault();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // Another tool's file that is not what it seems: nothing to list.
            return null;
        }
    }

    private string? Home(params string[] folders) => _home.Length > 0 ? Path.Combine([_home, .. folders]) : null;

    private string? Variable(string name) => _environment(name) is { Length: > 0 } value ? value : null;

    [GeneratedRegex(@"-(\d{5})-of-\d{5}\.gguf$")]
    private static partial Regex Part();
}
