using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Models;

/// <summary>Lists the models, and serves the one that is selected, which the settings remember.</summary>
internal sealed class ModelSelection(ModelDiscovery discovery, IInferenceEngine engine, IEngineStatus status, LocalCopilotOptions options, LocalCopilotPaths paths) : IModelSelection
{
    /// <summary>What `models select` takes for the model that comes with the program, beside its id.</summary>
    private const string EmbeddedName = "embedded";

    public Task<IReadOnlyList<ModelDescription>> ListAsync(CancellationToken cancellationToken) => Task.Run<IReadOnlyList<ModelDescription>>(
        () =>
        {
            long free = FreeMemory.Read();
            return [.. discovery.Find(status.Model.Path).Select(found => Describe(found, free, cancellationToken))];
        },
        cancellationToken);

    public async Task<ModelDescription> SelectAsync(ModelsSelectParams selection, CancellationToken cancellationToken)
    {
        FoundModel found = selection.Path is { } path ? AtPath(path) : WithId(selection.Id!);
        ModelDescription description = ModelJudgement.Describe(found, options.Engine, FreeMemory.Read());
        if (description.CanComplete == false)
        {
            throw new ModelUnavailableException($"{found.Id} cannot be selected. {description.Reason} `localcopilot models list` shows others.");
        }

        await engine.UseModelAsync(found.Path, cancellationToken);
        description = description with { Selected = true };
        try
        {
            await SettingsWriter.SetAsync(paths.SettingsFile, "model", "path", found.Source == ModelSources.Embedded ? "" : found.Path, CancellationToken.None);
            return description;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SettingsException)
        {
            return description with { Reason = $"It is served until the daemon ends: it could not be remembered in {paths.SettingsFile}. {exception.Message} {description.Reason}".TrimEnd() };
        }
    }

    private ModelDescription Describe(FoundModel found, long free, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isSelected = status.Model.Path == found.Path;
        // What it takes is taken already.
        ModelDescription description = ModelJudgement.Describe(found, options.Engine, isSelected ? 0 : free);
        return isSelected ? description with { Selected = true } : description;
    }

    private FoundModel AtPath(string path)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            throw new ModelUnavailableException($"{path} is no absolute path. Give one, or an id of `localcopilot models list`.");
        }

        // Whichever part of a model in several files was given, it is loaded by its first one.
        string first = SplitModel.PartsOf(path)[0];
        return discovery.Find(first).FirstOrDefault(model => model.Path == first) ?? new(SplitModel.NameOf(first), first, ModelSources.Settings);
    }

    private FoundModel WithId(string id)
    {
        IReadOnlyList<FoundModel> models = discovery.Find(status.Model.Path);
        return models.FirstOrDefault(model => model.Id == id || (id == EmbeddedName && model.Source == ModelSources.Embedded))
            ?? throw new ModelUnavailableException($"There is no model with the id {id}. `localcopilot models list` shows those there are; any GGUF file can be given by its path.");
    }
}
