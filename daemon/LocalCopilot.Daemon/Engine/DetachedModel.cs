using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>The served model with a vocabulary of its own, for work that goes on while the engine may release the model, or serve another.</summary>
internal sealed class DetachedModel : IDisposable
{
    private readonly LlamaModel _vocabularyOnly;

    private DetachedModel(ServedModel served)
    {
        _vocabularyOnly = LlamaModel.Load(served.Path, new() { VocabularyOnly = true });
        Model = served with { Vocabulary = _vocabularyOnly.Vocabulary };
    }

    public ServedModel Model { get; }

    /// <exception cref="ModelUnavailableException">Its file is not there any more.</exception>
    public static DetachedModel Of(ServedModel served)
    {
        try
        {
            return new(served);
        }
        catch (LlamaException exception)
        {
            throw new ModelUnavailableException($"The vocabulary of {served.Path} cannot be read: {exception.Message}", exception);
        }
    }

    public void Dispose() => _vocabularyOnly.Dispose();
}
