using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>The adapters in memory beside one model, and which of them computes.</summary>
/// <remarks>Owned by the engine's thread. Those used last stay, so that repositories, and a candidate and what it is measured against, take turns without reading files.</remarks>
internal sealed class LoadedAdapters(LlamaModel model, LlamaContext context) : IDisposable
{
    private const int MostLoaded = 4;

    private readonly LinkedList<(AdapterFile File, LlamaAdapter Loaded)> _recent = new();
    private AdapterFile? _used;

    /// <summary>Brings an adapter into memory; what computes stays the same.</summary>
    /// <exception cref="AdapterUnavailableException">It cannot be loaded; nothing has changed.</exception>
    public LlamaAdapter Load(AdapterFile file)
    {
        for (var node = _recent.First; node is not null; node = node.Next)
        {
            if (node.Value.File == file)
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                return node.Value.Loaded;
            }
        }

        LlamaAdapter adapter;
        try
        {
            adapter = model.LoadAdapter(file.Path);
        }
        catch (Exception exception) when (exception is LlamaException or IOException)
        {
            throw new AdapterUnavailableException(file, exception);
        }

        if (_recent.Count == MostLoaded)
        {
            var oldest = _recent.Last!.Value.File == _used ? _recent.Last.Previous! : _recent.Last;
            oldest.Value.Loaded.Dispose();
            _recent.Remove(oldest);
        }

        _recent.AddFirst((file, adapter));
        return adapter;
    }

    /// <summary>Computes with an adapter from now on, or with the base model alone.</summary>
    /// <exception cref="AdapterUnavailableException">It cannot be used; what computed before still does.</exception>
    public void Use(AdapterFile? file)
    {
        if (file == _used)
        {
            return;
        }

        try
        {
            context.SetAdapter(file is null ? null : Load(file));
        }
        catch (LlamaException exception)
        {
            throw new AdapterUnavailableException(file!, exception);
        }

        _used = file;
    }

    public void Dispose()
    {
        context.SetAdapter(null);
        foreach (var (_, adapter) in _recent)
        {
            adapter.Dispose();
        }

        _recent.Clear();
    }
}
