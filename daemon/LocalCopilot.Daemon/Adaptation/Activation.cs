using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Evaluation;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Serves what the gate has passed, unless somebody has changed what is served since: that choice is newer, and was not measured beside it.</summary>
internal sealed class Activation(IInferenceEngine engine, AdapterStore adapters)
{
    /// <param name="model">What the adapter belongs to.</param>
    /// <param name="insteadOf">What it was measured beside; null: the base model.</param>
    /// <param name="isSameStep">Whether both come from one round, which one rollback undoes.</param>
    /// <returns>The verdict, or why the adapter is not served in spite of it.</returns>
    /// <exception cref="AdapterUnavailableException">It cannot be loaded.</exception>
    /// <exception cref="ModelReplacedException">Another model was selected meanwhile.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<Verdict> ServeAsync(ServedModel model, StoredAdapter adapter, StoredAdapter? insteadOf, Verdict verdict, bool isSameStep, CancellationToken cancellationToken)
    {
        if (!verdict.Passed)
        {
            return verdict;
        }

        await engine.LoadAdapterAsync(model, adapters.FileOf(adapter), cancellationToken);
        return adapters.TryActivate(adapter, insteadOf, isSameStep)
            ? verdict
            : new(false, $"What is served was changed while it was learned, and stays as it is. {verdict.Reason} To serve it: localcopilot adapters activate {adapter.Id[..8]}.");
    }
}
