using LocalCopilot.Llama;

namespace LocalCopilot.Tests.Llama;

/// <summary>The embedded model, loaded once for the tests of a class.</summary>
public sealed class EmbeddedModel : IDisposable
{
    internal static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "models", "embedded-code-6.5m-q8_0.gguf");

    internal LlamaModel Model { get; } = LlamaModel.Load(Path);

    public void Dispose() => Model.Dispose();
}
