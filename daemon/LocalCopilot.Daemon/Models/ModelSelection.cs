using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Models;

/// <summary>Lists the models, and serves the one that is selected, which the settings remember.</summary>
internal sealed class ModelSelection(ModelDiscovery discovery, IInferenceEngine engine, IEngineStatus status, LocalCopilotOptions options, LocalCopilotPaths paths) : IModelSelection
{
    public Task<IReadOnlyList<ModelDescription>> ListAsync(CancellationToken cancellationToken) => Task.Run<IReadOnlyList<ModelDescription>>(
        () => [.. discovery.Find().Select(found => Describe(found, cancellationToken))],
        cancellationToken);

    public async Task<ModelDescription> SelectAsync(ModelsSelectParams selection, CancellationToken cancellationToken)
    {
        FoundModel found = selection.Path is { } path ? AtPath(path) : WithId(selection.Id!);
        await engine.UseModelAsync(found.Path, cancellationToken);
        await SettingsWriter.SetAsync(paths.SettingsFile, "model", "path", found.Path == EmbeddedModelFile.Path ? "" : found.Path, cancellationToken);
        return Describe(found, cancellationToken);
    }

    private ModelDescription Describe(FoundModel found, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ModelDescription description = ModelJudgement.Describe(found, options.Engine);
        return status.Model.Path == found.Path ? description with { Selected = true } : description;
    }

    private FoundModel AtPath(string path) => Path.IsPathFullyQualified(path)
        ? discovery.Find().FirstOrDefault(model => model.Path == path) ?? new(Path.GetFileNameWithoutExtension(path), path, "file")
        : throw new ModelUnavailableException($"{path} is no absolute path. Give one, or an id of `localcopilot models list`.");

    private FoundModel WithId(string id) => discovery.Find().FirstOrDefault(model => model.Id == id)
        ?? throw new ModelUnavailableException($"There is no model with the id {id}. `localcopilot models list` shows those there are; any GGUF file can be given by its path.");
}
