using System.Text;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>How a model is loaded.</summary>
public sealed record LlamaModelOptions
{
    /// <summary>Where its layers go; null: the processor.</summary>
    public LlamaDevice? Device { get; init; }

    /// <summary>Whether only tokenizer and metadata are loaded.</summary>
    public bool VocabularyOnly { get; init; }
}

/// <summary>A model's weights and vocabulary, memory-mapped from a GGUF file where the system allows.</summary>
/// <remarks>Usable from any thread; freed after the contexts and adapters that were made from it.</remarks>
public sealed class LlamaModel : IDisposable
{
    private const int AllLayers = -1;
    private const int SplitNone = 0;

    private readonly LlamaModelHandle _handle;

    private LlamaModel(LlamaModelHandle handle, string path)
    {
        _handle = handle;
        Path = path;
        Vocabulary = new(handle);
        Metadata = ReadMetadata(handle);
    }

    /// <summary>The file that it was loaded from.</summary>
    public string Path { get; }

    /// <summary>Its tokens. Usable as long as the model is.</summary>
    public LlamaVocabulary Vocabulary { get; }

    /// <summary>The GGUF file's scalar metadata by key, as text, e.g. <c>general.architecture</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The value of <c>general.architecture</c>, e.g. <c>llama</c> or <c>qwen2</c>.</summary>
    public string Architecture => Metadata.GetValueOrDefault("general.architecture", "");

    /// <summary>Tokens of context that it was trained with.</summary>
    public int TrainedContextTokens => LlamaNative.ModelTrainedContext(_handle);

    /// <summary>Length of an embedding.</summary>
    public int EmbeddingLength => LlamaNative.ModelEmbeddingLength(_handle);

    /// <summary>Transformer blocks.</summary>
    public int Layers => LlamaNative.ModelLayers(_handle);

    /// <summary>Parameters, all tensors together.</summary>
    public long Parameters => (long)LlamaNative.ModelParameters(_handle);

    /// <summary>Bytes of all tensors.</summary>
    public long Bytes => (long)LlamaNative.ModelSize(_handle);

    /// <summary>Whether a text can be cut at any token and continued: false for recurrent and hybrid models, whose state cannot.</summary>
    public bool CanRemoveTokens => !LlamaNative.ModelIsRecurrent(_handle) && !LlamaNative.ModelIsHybrid(_handle);

    /// <summary>Whether it generates text; false for embedding models.</summary>
    public bool HasDecoder => LlamaNative.ModelHasDecoder(_handle) && !LlamaNative.ModelHasEncoder(_handle);

    internal LlamaModelHandle Handle => _handle;

    /// <summary>Loads a GGUF file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="LlamaException">It is damaged, or of an architecture that llama.cpp does not know.</exception>
    public static unsafe LlamaModel Load(string path, LlamaModelOptions? options = null)
    {
        LlamaRuntime.Load();
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no model file {path}.", path);
        }

        CheckFile(path);
        options ??= new();
        ModelParams parameters = LlamaNative.ModelDefaultParams();
        parameters.VocabularyOnly = options.VocabularyOnly ? (byte)1 : (byte)0;
        nint* devices = stackalloc nint[2];
        devices[0] = options.Device is { Kind: not LlamaDeviceKind.Cpu } device ? device.Handle : 0;
        devices[1] = 0;
        parameters.Devices = (nint)devices;
        parameters.GpuLayers = devices[0] == 0 ? 0 : AllLayers;
        parameters.SplitMode = SplitNone;
        LlamaLog.TakeLastError();
        nint model = LlamaNative.ModelLoadFromFile(path, parameters);
        return model != 0 ? new(new(model), path) : throw NativeErrors.CannotLoadModel(path, LlamaLog.TakeLastError());
    }

    /// <summary>Loads a LoRA adapter for this model.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="LlamaException">It is damaged, or was made for another model.</exception>
    public LlamaAdapter LoadAdapter(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no adapter file {path}.", path);
        }

        LlamaLog.TakeLastError();
        nint adapter = LlamaNative.AdapterInit(_handle, path);
        return adapter != 0 ? new(new(adapter, _handle), path) : throw NativeErrors.CannotLoadAdapter(path, LlamaLog.TakeLastError());
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Of some damage llama.cpp ends the process, so it is looked for before.</summary>
    private static void CheckFile(string path)
    {
        try
        {
            LoadableModel.Check(GgufFile.Read(path));
        }
        catch (Exception exception) when (exception is GgufException or IOException or UnauthorizedAccessException)
        {
            throw new LlamaException(exception.Message, exception);
        }
    }

    private static unsafe Dictionary<string, string> ReadMetadata(LlamaModelHandle handle)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        int count = LlamaNative.ModelMetadataCount(handle);
        for (int i = 0; i < count; i++)
        {
            int index = i;
            string key = Read((buffer, size) => LlamaNative.ModelMetadataKey(handle, index, (byte*)buffer, size));
            metadata[key] = Read((buffer, size) => LlamaNative.ModelMetadataValue(handle, index, (byte*)buffer, size));
        }

        return metadata;
    }

    private static unsafe string Read(Func<nint, nuint, int> read)
    {
        byte[] buffer = new byte[256];
        while (true)
        {
            int length;
            fixed (byte* start = buffer)
            {
                length = read((nint)start, (nuint)buffer.Length);
            }

            if (length < buffer.Length)
            {
                return length < 0 ? "" : Encoding.UTF8.GetString(buffer, 0, length);
            }

            buffer = new byte[length + 1];
        }
    }
}
