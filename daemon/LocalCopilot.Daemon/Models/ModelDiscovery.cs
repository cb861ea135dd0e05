using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Daemon.Models;

/// <summary>Finds the GGUF files that this and other tools have on this machine.</summary>
internal sealed class ModelDiscovery(ModelFolders folders)
{
    /// <summary>Far more than anybody has; keeps a folder that is no model folder from being listed whole.</summary>
    private const int MostModels = 500;

    /// <summary>Model folders are shallow; this keeps a link to the root of a disk from being searched.</summary>
    private static readonly EnumerationOptions Options = new() { RecurseSubdirectories = true, MaxRecursionDepth = 6, IgnoreInaccessible = true, AttributesToSkip = 0, MatchCasing = MatchCasing.CaseInsensitive };

    /// <summary>All, the embedded one first. A file that several tools have links to is listed once; ids are unique.</summary>
    /// <param name="selected">Path of the model that is served, which is listed wherever it lies.</param>
    public IReadOnlyList<FoundModel> Find(string? selected)
    {
        List<FoundModel> found = [];
        HashSet<string> files = new(StringComparer.Ordinal);
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (FoundModel model in Everywhere(selected).Take(MostModels))
        {
            if (files.Add(FileBehind(model.Path)))
            {
                string id = model.Id;
                for (int number = 2; !ids.Add(id); number++)
                {
                    id = $"{model.Id}-{number}";
                }

                found.Add(model with { Id = id });
            }
        }

        return found;
    }

    private IEnumerable<FoundModel> Everywhere(string? selected) =>
    [
        new(EmbeddedModelFile.Id, EmbeddedModelFile.Path, ModelSources.Embedded),
        .. folders.LocalCopilot.SelectMany(folder => Files(folder, ModelSources.LocalCopilot)),
        .. folders.Ollama.SelectMany(OllamaManifests.Find),
        .. folders.LmStudio.SelectMany(folder => Files(folder, ModelSources.LmStudio)),
        .. folders.HuggingFace.SelectMany(folder => Files(folder, ModelSources.HuggingFace)),
        .. folders.LlamaCpp.SelectMany(folder => Files(folder, ModelSources.LlamaCpp)),
        .. selected is null ? (IEnumerable<FoundModel>)[] : [new(SplitModel.NameOf(selected), selected, ModelSources.Settings)],
    ];

    private static IEnumerable<FoundModel> Files(string folder, string source) => Directory.EnumerateFiles(folder, "*.gguf", Options)
        .Where(file => !SplitModel.IsLaterPart(file))
        .Order(StringComparer.Ordinal)
        .Select(file => new FoundModel(SplitModel.NameOf(file), file, source));

    private static string FileBehind(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A link to nowhere, or none: judged as it is.
            return path;
        }
    }
}
