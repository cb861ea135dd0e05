using System.Text.Json;

namespace LocalCopilot.Daemon.Models;

/// <summary>Ollama's store: <c>manifests/REGISTRY/NAMESPACE/NAME/TAG</c> name the blobs of a model, which are named by their hash.</summary>
internal static class OllamaManifests
{
    private const string DefaultRegistry = "registry.ollama.ai";
    private const string DefaultNamespace = "library";
    private const string ModelLayer = "application/vnd.ollama.image.model";

    private static readonly EnumerationOptions Options = new() { RecurseSubdirectories = true, MaxRecursionDepth = 6, IgnoreInaccessible = true };

    /// <param name="folder">The folder that holds <c>manifests</c> and <c>blobs</c>.</param>
    public static IEnumerable<FoundModel> Find(string folder)
    {
        string manifests = Path.Combine(folder, "manifests");
        if (!Directory.Exists(manifests))
        {
            yield break;
        }

        foreach (string manifest in Directory.EnumerateFiles(manifests, "*", Options).Order(StringComparer.Ordinal))
        {
            if (Digest(manifest) is { } digest && Path.Combine(folder, "blobs", digest.Replace(':', '-')) is var blob && File.Exists(blob))
            {
                yield return new(NameOf(Path.GetRelativePath(manifests, manifest)), blob, ModelSources.Ollama);
            }
        }
    }

    /// <summary>The name as <c>ollama list</c> shows it: what is usual is left out.</summary>
    private static string NameOf(string path)
    {
        string[] parts = path.Split(Path.DirectorySeparatorChar);
        IEnumerable<string> names = parts[..^1];
        if (parts[0] == DefaultRegistry)
        {
            names = names.Skip(parts.Length > 2 && parts[1] == DefaultNamespace ? 2 : 1);
        }

        return $"{string.Join('/', names)}:{parts[^1]}";
    }

    private static string? Digest(string manifest)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(manifest));
            return document.RootElement.GetProperty("layers").EnumerateArray()
                .Where(layer => layer.GetProperty("mediaType").GetString() == ModelLayer)
                .Select(layer => layer.GetProperty("digest").GetString())
                .FirstOrDefault(digest => digest is not null && digest.StartsWith("sha256:", StringComparison.Ordinal) && digest.Skip(7).All(char.IsAsciiHexDigitLower));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // Another tool's file that is not what it seems: nothing to list.
            return null;
        }
    }
}
