using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Models;

/// <summary>The models on this machine, and which of them is served.</summary>
internal interface IModelSelection
{
    Task<IReadOnlyList<ModelDescription>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Serves another model from the next request on, and remembers it in the settings.</summary>
    /// <exception cref="Engine.ModelUnavailableException">There is none of that id or path, or it cannot complete.</exception>
    Task<ModelDescription> SelectAsync(ModelsSelectParams selection, CancellationToken cancellationToken);
}
