using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>Answers for parts that this build does not have, with the error that says so; never with a result.</summary>
internal sealed class AbsentParts : IModelSelection
{
    private const string Reason = "This build of LocalCopilot has no inference engine. Use a build that has one.";

    public Task<IReadOnlyList<ModelDescription>> ListAsync(CancellationToken cancellationToken) => throw new ModelUnavailableException(Reason);

    public Task<ModelDescription> SelectAsync(ModelsSelectParams selection, CancellationToken cancellationToken) => throw new ModelUnavailableException(Reason);
}
