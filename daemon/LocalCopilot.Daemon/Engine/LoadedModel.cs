using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>A model in memory with its context. Owned by the engine's thread.</summary>
internal sealed class LoadedModel : IDisposable
{
    /// <summary>
    /// Rows that are evaluated together, at most. What was evaluated when a request is cancelled stays in the cache by whole
    /// batches, so smaller ones lose less; larger ones are hardly faster on a processor.
    /// </summary>
    public const int BatchRows = 256;

    /// <summary>
    /// Up to this many parameters attention is so large a part of the work that flash attention pays: half as many tokens a second
    /// again of a prompt with 6.5 million, but 7 % with 135 million, where evaluating a tile once more takes a quarter of a second.
    /// </summary>
    private const long MostParametersOfFlashAttention = 50_000_000;

    private readonly int _threads;
    private readonly FreeProcessors? _free;

    private LoadedModel(LlamaModel model, LlamaContext context, EngineOptions options, LlamaDevice device, TimeProvider time)
    {
        _threads = context.Threads;
        // Who set a number of threads gets it.
        _free = options.Threads == 0 && device.Kind == LlamaDeviceKind.Cpu ? new(Environment.ProcessorCount, time, ProcessorUse.Read) : null;
        Model = model;
        Context = context;
        Device = device;
        Batch = new(BatchRows);
        Sequences = new(options.CachedDocuments);
        Adapters = new(model, context);
        Scratch = new float[model.Vocabulary.Count];
        Served = new(Path.GetFileNameWithoutExtension(model.Path), model.Path, model.Metadata.GetValueOrDefault("general.name", ""), model.Architecture, model.Vocabulary, context.TokensPerSequence, model.Parameters, ModelFingerprint.Of(model.Path));
    }

    public LlamaModel Model { get; }

    public LlamaContext Context { get; }

    public LlamaDevice Device { get; }

    public LlamaBatch Batch { get; }

    /// <summary>Rows that are evaluated together where they can be, see <see cref="PromptEvaluation"/>; null: it does not matter.</summary>
    public int? TileRows { get; private init; }

    /// <summary>Rows of a batch that is not of whole tiles, at most.</summary>
    public int MostRows => TileRows - 1 ?? BatchRows;

    public SequenceCache Sequences { get; }

    public LoadedAdapters Adapters { get; }

    public DraftLength DraftLength { get; } = new();

    /// <summary>[vocabulary], for whoever computes.</summary>
    public float[] Scratch { get; }

    public ServedModel Served { get; }

    /// <summary>Whether what is computed is for later: an answer that is sent off meanwhile, and an editor that shows it, find a processor.</summary>
    public bool LeavesOneProcessor { get; set; }

    /// <exception cref="ModelUnavailableException">It cannot be loaded, or not be used for completions.</exception>
    public static LoadedModel Load(string path, EngineOptions options, AbortFlag abort, TimeProvider time)
    {
        LlamaModel? model = null;
        try
        {
            LlamaDevice device = ChooseDevice(options.Device);
            model = LlamaModel.Load(path, new() { Device = device });
            if (!model.HasDecoder || !model.CanRemoveTokens)
            {
                throw new ModelUnavailableException($"{path} is of the architecture {model.Architecture}, which cannot be used for completions: it must generate text, and its state must be cuttable at any token. Select another model.");
            }

            bool flashAttention = device.Kind == LlamaDeviceKind.Cpu && model.Parameters <= MostParametersOfFlashAttention;
            LlamaContext context = new(model, new()
            {
                TokensPerSequence = Math.Min(options.ContextTokens, model.TrainedContextTokens),
                Sequences = SequenceCache.SequencesFor(options.CachedDocuments),
                BatchTokens = BatchRows,
                MicroBatchTokens = BatchRows,
                Threads = EngineThreads.Resolve(options.Threads),
                PinsThreads = device.Kind == LlamaDeviceKind.Cpu,
                FlashAttention = flashAttention,
                Abort = abort,
            });
            return new(model, context, options, device, time) { TileRows = flashAttention ? LlamaContext.FlashAttentionTile : null };
        }
        catch (Exception exception) when (exception is LlamaException or IOException)
        {
            model?.Dispose();
            throw new ModelUnavailableException($"{exception.Message} `localcopilot models list` shows what else there is.", exception);
        }
        catch
        {
            model?.Dispose();
            throw;
        }
    }

    /// <summary>Computes with no more threads than other programs leave processors for.</summary>
    public void LeaveOthersTheirProcessors() =>
        Context.Threads = Math.Min(LeavesOneProcessor ? Math.Max(1, Math.Min(_threads, Environment.ProcessorCount - 1)) : _threads, _free?.Count() ?? _threads);

    public void Dispose()
    {
        Adapters.Dispose();
        Context.Dispose();
        Batch.Dispose();
        Model.Dispose();
    }

    private static LlamaDevice ChooseDevice(string name)
    {
        IReadOnlyList<LlamaDevice> devices = LlamaRuntime.Devices();
        if (name.Length > 0)
        {
            return devices.FirstOrDefault(device => string.Equals(device.Name, name, StringComparison.OrdinalIgnoreCase))
                ?? throw new ModelUnavailableException($"There is no device '{name}'. This machine has: {string.Join(", ", devices.Select(device => device.Name))}. Correct engine.device in the settings.");
        }

        return devices.FirstOrDefault(device => device.Kind == LlamaDeviceKind.Gpu) ?? devices.First(device => device.Kind == LlamaDeviceKind.Cpu);
    }
}
