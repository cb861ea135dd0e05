using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>How a context is made. Fixed here, for results that do not depend on how rows are batched: no flash attention, keys and values in F16, a stream of cells for each sequence.</summary>
public sealed record LlamaContextOptions
{
    /// <summary>Tokens of one sequence.</summary>
    public required int TokensPerSequence { get; init; }

    /// <summary>Sequences of the key-value cache.</summary>
    public int Sequences { get; init; } = 1;

    /// <summary>Rows that one call evaluates, at most.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>Rows that are computed together, at most; smaller ends sooner when aborted, larger is faster.</summary>
    public int MicroBatchTokens { get; init; } = 512;

    /// <summary>Rows of one batch that give logits, at most.</summary>
    public int MaxOutputs { get; init; } = 64;

    /// <summary>Threads that compute.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>
    /// Whether each of them stays on a processor of its own where there are as many. For a context whose thread has nothing else to
    /// do: the one that makes the context must be the one that uses and disposes it.
    /// </summary>
    public bool PinsThreads { get; init; }

    /// <summary>
    /// Whether attention is computed in one pass over keys and values. On a processor ggml computes batches of
    /// <see cref="LlamaContext.FlashAttentionTile"/> rows and more in tiles, smaller ones row by row, with other rounding.
    /// </summary>
    public bool FlashAttention { get; init; }

    /// <summary>Keys and values in F32, for comparisons; else F16.</summary>
    public bool FullPrecisionCache { get; init; }

    /// <summary>Ends evaluations when set.</summary>
    public AbortFlag? Abort { get; init; }
}

/// <summary>A model at work: its key-value cache and the logits of the last batch.</summary>
/// <remarks>Used by one thread at a time.</remarks>
public sealed class LlamaContext : IDisposable
{
    /// <summary>Rows of the tiles in which flash attention is computed on a processor: <c>GGML_FA_TILE_Q</c>.</summary>
    public const int FlashAttentionTile = 64;

    private readonly LlamaContextHandle _handle;
    private readonly ThreadPoolHandle? _threads;
    private readonly ThreadPinning? _pinning;
    private readonly int _vocabularyCount;
    private readonly int _mostThreads;
    private readonly nint _memory;

    /// <exception cref="LlamaException">There is not enough memory, or the model cannot be used so.</exception>
    public LlamaContext(LlamaModel model, LlamaContextOptions options)
    {
        ContextParams parameters = LlamaNative.ContextDefaultParams();
        parameters.ContextTokens = checked((uint)(options.TokensPerSequence * options.Sequences));
        parameters.BatchTokens = (uint)options.BatchTokens;
        parameters.MicroBatchTokens = (uint)Math.Min(options.MicroBatchTokens, options.BatchTokens);
        parameters.MaxSequences = (uint)options.Sequences;
        parameters.MaxOutputs = (uint)Math.Max(options.MaxOutputs, options.Sequences);
        parameters.MaxOutputsPerSequence = 0;
        parameters.Threads = options.Threads;
        parameters.BatchThreads = options.Threads;
        parameters.FlashAttention = options.FlashAttention ? 1 : 0;
        parameters.UnifiedKeyValues = 0;
        if (options.FullPrecisionCache)
        {
            parameters.KeyType = parameters.ValueType = (int)Gguf.GgufTensorType.F32;
        }

        LlamaLog.TakeLastError();
        nint context = LlamaNative.ContextInit(model.Handle, parameters);
        if (context == 0)
        {
            throw NativeErrors.CannotMakeContext(options.TokensPerSequence, options.Sequences, LlamaLog.TakeLastError());
        }

        _handle = new(context, model.Handle);
        _memory = LlamaNative.ContextMemory(_handle);
        _vocabularyCount = model.Vocabulary.Count;
        MaxOutputs = (int)parameters.MaxOutputs;
        _mostThreads = options.Threads;
        Threads = options.Threads;
        unsafe
        {
            if (options.Abort is { } abort)
            {
                LlamaNative.ContextSetAbortCallback(_handle, AbortFlag.Callback, (nint)abort.Pointer);
            }
        }

        _pinning = options.PinsThreads ? ThreadPinning.TryCreate(options.Threads) : null;
        _pinning?.Use(Threads);
        _threads = ThreadPools.TryCreate(options.Threads, _pinning);
        if (_threads is not null)
        {
            LlamaNative.ContextAttachThreadPool(_handle, _threads.DangerousGetHandle(), _threads.DangerousGetHandle());
        }
    }

    /// <summary>Tokens that one sequence can hold.</summary>
    public int TokensPerSequence => (int)LlamaNative.ContextTokensPerSequence(_handle);

    /// <summary>Sequences that the cache holds.</summary>
    public int Sequences => (int)LlamaNative.ContextMaxSequences(_handle);

    /// <summary>Rows that one call evaluates, at most.</summary>
    public int BatchTokens => (int)LlamaNative.ContextBatchTokens(_handle);

    /// <summary>Rows of one batch that give logits, at most.</summary>
    public int MaxOutputs { get; }

    /// <summary>Threads that compute from the next evaluation on: as many as the context was made with, or fewer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than one, or more than the context was made with.</exception>
    public int Threads
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _mostThreads);
            if (value != field)
            {
                LlamaNative.ContextSetThreads(_handle, value, value);
                field = value;
                _pinning?.Use(value);
            }
        }
    }

    internal LlamaContextHandle Handle => _handle;

    /// <summary>Evaluates the rows of a batch and adds them to the cache.</summary>
    /// <exception cref="ArgumentException">The batch has no rows, or more rows or outputs than the context takes.</exception>
    /// <exception cref="LlamaException">The batch is invalid, or the evaluation failed.</exception>
    public DecodeStatus Decode(LlamaBatch batch)
    {
        // The library would end the process.
        if (batch.Count < 1 || batch.Count > BatchTokens || batch.Outputs > MaxOutputs)
        {
            throw new ArgumentException($"The batch has {batch.Count} rows, {batch.Outputs} with output; this context takes 1 to {BatchTokens}, {MaxOutputs} with output.", nameof(batch));
        }

        LlamaLog.TakeLastError();
        int result = LlamaNative.Decode(_handle, batch.Native);
        return NativeErrors.CheckDecode(result, result < 0 ? LlamaLog.TakeLastError() : null);
    }

    /// <summary>Unnormalized log probabilities of the token after a row, [vocabulary]. Valid until the next call of <see cref="Decode"/>.</summary>
    /// <param name="row">Row of the last batch that was added with output.</param>
    /// <exception cref="ArgumentOutOfRangeException">That row gave none.</exception>
    public unsafe ReadOnlySpan<float> Logits(int row)
    {
        float* logits = LlamaNative.Logits(_handle, row);
        return logits != null ? new(logits, _vocabularyCount) : throw new ArgumentOutOfRangeException(nameof(row), row, "This row of the last batch gave no logits.");
    }

    /// <summary>Removes the positions from <paramref name="from"/> on from a sequence.</summary>
    /// <exception cref="LlamaException">The model's state cannot be cut (recurrent models).</exception>
    public void RemoveFrom(int sequence, int from)
    {
        if (!LlamaNative.MemoryRemove(_memory, sequence, from, -1))
        {
            throw new LlamaException($"Sequence {sequence} cannot be cut at position {from}: the model's state allows only whole sequences to be removed.");
        }
    }

    /// <summary>Copies all of a sequence to another, which must be empty.</summary>
    public void Copy(int source, int destination) => LlamaNative.MemoryCopy(_memory, source, destination, -1, -1);

    /// <summary>Last position of a sequence that is in the cache; -1 where it is empty.</summary>
    public int LastPosition(int sequence) => LlamaNative.MemoryLastPosition(_memory, sequence);

    /// <summary>Empties the cache.</summary>
    public void Clear() => LlamaNative.MemoryClear(_memory, data: false);

    /// <summary>Computes with a LoRA adapter from the next batch on, or with none. What is in the cache was computed with the one before.</summary>
    /// <param name="adapter">Null: the base model alone.</param>
    /// <param name="scale">Factor on the adapter's own scale; 1: as it was trained.</param>
    /// <exception cref="LlamaException">It was made for another model.</exception>
    public unsafe void SetAdapter(LlamaAdapter? adapter, float scale = 1)
    {
        nint handle = adapter?.Handle.DangerousGetHandle() ?? 0;
        if (LlamaNative.ContextSetAdapters(_handle, &handle, adapter is null ? 0u : 1u, &scale) != 0)
        {
            throw new LlamaException($"The adapter {adapter?.Path} cannot be set: it was made for another model.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _threads?.Dispose();
        _pinning?.Use(threads: 1);
    }
}
