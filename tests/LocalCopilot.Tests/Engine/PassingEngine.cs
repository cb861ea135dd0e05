using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Tests.Engine;

/// <summary>Passes every request on to an engine, but for what a test does otherwise.</summary>
internal abstract class PassingEngine(IInferenceEngine engine) : IInferenceEngine
{
    public virtual ValueTask<ServedModel> GetModelAsync(CancellationToken cancellationToken) => engine.GetModelAsync(cancellationToken);

    public virtual Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken) => engine.GenerateAsync(request, cancellationToken);

    public Task<ServedModel> UseModelAsync(string path, CancellationToken cancellationToken) => engine.UseModelAsync(path, cancellationToken);

    public Task PrefetchAsync(ServedModel model, SequenceKey sequence, ReadOnlyMemory<int> prompt, CancellationToken cancellationToken) => engine.PrefetchAsync(model, sequence, prompt, cancellationToken);

    public Task<IReadOnlyList<float>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken) => engine.ScoreAsync(request, cancellationToken);

    public Task LoadAdapterAsync(ServedModel model, AdapterFile adapter, CancellationToken cancellationToken) => engine.LoadAdapterAsync(model, adapter, cancellationToken);
}
