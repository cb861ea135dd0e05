using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>A LoRA adapter in memory. It computes where a context has it set, see <see cref="LlamaContext.SetAdapter"/>.</summary>
public sealed class LlamaAdapter : IDisposable
{
    internal LlamaAdapter(LlamaAdapterHandle handle, string path)
    {
        Handle = handle;
        Path = path;
    }

    /// <summary>The file that it was loaded from.</summary>
    public string Path { get; }

    internal LlamaAdapterHandle Handle { get; }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
