using LocalCopilot.Llama;
using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Architectures;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training;

/// <summary>Where and how a model is computed.</summary>
public sealed record ComputeOptions
{
    /// <summary>Threads of the processor, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>What computes; null: the processor.</summary>
    public LlamaDevice? Device { get; init; }

    /// <summary>Compute each layer's forward pass again in the backward pass instead of keeping its results: about a third more time, a fraction of the memory.</summary>
    public bool Recompute { get; init; }

    /// <summary>Use ggml's own operations only, also on the processor. For comparison.</summary>
    public bool PlainOperations { get; init; }

    /// <summary>
    /// Multiply in F32 throughout. Else, where the processor multiplies bfloat16 numbers (AVX512-BF16), products with weights of other
    /// types than F32 and F16 are made with those, twice as fast: docs/performance.md says what it changes.
    /// </summary>
    public bool FullPrecision { get; init; }

    /// <summary>Ends a computation when set.</summary>
    public AbortFlag? Abort { get; init; }

    /// <summary>Our own operations are for the processor, and for lengths that are multiples of 16, as all published models have.</summary>
    internal bool IsFused(ModelShape shape) =>
        !PlainOperations && Device is null or { Kind: LlamaDeviceKind.Cpu } && GgmlContext.HasFusedOperations
        && (shape.Width | shape.HeadLength | shape.FeedForwardLength | shape.Vocabulary) % PackedBatch.TokenMultiple == 0;
}

/// <summary>What computing a batch gave.</summary>
/// <param name="Loss">Sum over its targets of − weight · ln p(target), in nats.</param>
/// <param name="Weight">Sum of the targets' weights: their number, where all count the same.</param>
public readonly record struct BatchLoss(double Loss, double Weight)
{
    /// <summary>Mean loss of a target, in nats.</summary>
    public double Mean => Weight > 0 ? Loss / Weight : 0;
}

/// <summary>A frozen model with a LoRA adapter in training: computes losses, and sums gradients.</summary>
/// <remarks>Used by one thread at a time. The graph is built for each batch, which takes milliseconds; intermediate results share one allocation that grows to the largest batch.</remarks>
public sealed class LoraModel : IDisposable
{
    private readonly GgmlBackend _backend;
    private readonly GgmlAllocator _allocator;
    private readonly ModelParts _parts;
    private readonly Network _network;
    private readonly Architecture _architecture;

    private LoraModel(GgufFile file, Architecture architecture, LoraOptions lora, ComputeOptions compute, CancellationToken cancellationToken)
    {
        File = file;
        _architecture = architecture;
        Shape = architecture.ReadShape(file);
        Parameters = new(lora, file.Tensors.Count);
        bool fused = compute.IsFused(Shape);
        _parts = new(file, Shape, Parameters, transposes: !fused);
        TransformerBlock[] blocks = [.. Enumerable.Range(0, Shape.Layers).Select(layer => architecture.CreateBlock(new(_parts, layer)))];
        (TokenEmbedding embedding, MaskedHead head) = _parts.Ends(architecture.CreateOutputNorm(_parts));
        _network = fused
            ? new(embedding, Shape.Vocabulary, blocks, head, new FusedMatrixProducts(compute.FullPrecision), new FusedAttentionCore(Shape), fused, compute.Recompute)
            : new(embedding, Shape.Vocabulary, blocks, head, new GgmlProducts(), new GgmlAttention(Shape), fused, compute.Recompute);
        _backend = compute.Device is { Kind: not LlamaDeviceKind.Cpu } device ? GgmlBackend.Open(device, compute.Abort) : GgmlBackend.Processor(compute.Threads, compute.Abort);
        _parts.Load(_backend, cancellationToken);
        Parameters.Allocate(_backend);
        _allocator = new(_backend);
    }

    /// <summary>Types of matrices that can be trained with.</summary>
    public static IReadOnlyList<GgufTensorType> WeightTypes => ModelParts.SupportedTypes;

    /// <summary>The model's file.</summary>
    public GgufFile File { get; }

    /// <summary>The model's sizes.</summary>
    public ModelShape Shape { get; }

    /// <summary>The adapter's numbers and the sums of their gradients.</summary>
    public LoraParameters Parameters { get; }

    /// <summary>Threads of the processor that compute the next batches, at most those of <see cref="ComputeOptions"/>. They change no bit of a result.</summary>
    public int Threads
    {
        get => _backend.Threads;
        set => _backend.Threads = value;
    }

    /// <summary>Bytes of intermediate results of the largest batch so far.</summary>
    public long ActivationBytes => _allocator.Bytes;

    /// <summary>Loads a model. The adapter's numbers are zero until <see cref="LoraParameters.Initialize"/> or a file gives others.</summary>
    /// <exception cref="TrainingException">The model cannot be trained; the message says why and what can.</exception>
    /// <exception cref="GgufException">The file is damaged.</exception>
    /// <exception cref="LlamaException">There is not enough memory.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LoraModel Open(string path, LoraOptions lora, ComputeOptions compute, CancellationToken cancellationToken = default)
    {
        lora.Validate();
        GgufFile file = GgufFile.Read(path);
        return new(file, KnownArchitectures.Of(file), lora, compute, cancellationToken);
    }

    /// <summary>Checks, by its head alone, whether a model can be trained.</summary>
    /// <exception cref="TrainingException">It cannot; the message says why and what can.</exception>
    /// <exception cref="GgufException">The file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Check(string path)
    {
        GgufFile file = GgufFile.Read(path);
        KnownArchitectures.Of(file).ReadShape(file);
    }

    /// <summary>Computes the loss of a batch, without dropout.</summary>
    /// <returns>Null when it was ended by the abort flag.</returns>
    public BatchLoss? Evaluate(PackedBatch batch) => Run(batch, backward: false, dropout: null, keepLogits: false)?.Loss;

    /// <summary>Takes the numbers of an adapter of the same model, rank and strength: a GGUF file, or a folder of PEFT's.</summary>
    /// <exception cref="TrainingException">It does not fit; the message says why.</exception>
    /// <exception cref="GgufException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void LoadAdapter(string path) => Parameters.WriteValues(Directory.Exists(path)
        ? PeftAdapter.Read(path, Shape, _architecture.Peft, Parameters)
        : AdapterFile.Read(path, Shape, Parameters));

    /// <summary>Writes the adapter as a GGUF file that llama.cpp loads, at once or not at all.</summary>
    /// <exception cref="IOException">The disk is full, or the like; what was there stays.</exception>
    public void SaveAdapter(string path)
    {
        float[] values = Values();
        DurableFile.Write(path, stream => AdapterFile.Write(stream, Shape, Parameters, values));
    }

    /// <summary>Writes the adapter as a folder that PEFT loads.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="baseModel">Name or path by which PEFT finds the base model.</param>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public void ExportPeft(string folder, string baseModel) => PeftAdapter.Write(folder, baseModel, Shape, _architecture.Peft, Parameters, Values());

    /// <summary>Computes the loss of a batch and adds its gradients, of the sum of the losses and not their mean, to <see cref="Parameters"/>.</summary>
    /// <param name="batch">Samples.</param>
    /// <param name="dropout">Draws what dropout leaves out; null: nothing.</param>
    /// <returns>Null when it was ended by the abort flag; the gradients' sums then are undefined.</returns>
    /// <remarks>The mean would make small gradients vanish where they are multiplied by quantized weights. Divide the sums afterwards.</remarks>
    internal BatchLoss? Accumulate(PackedBatch batch, RandomNumbers? dropout = null) => Run(batch, backward: true, dropout, keepLogits: false)?.Loss;

    /// <summary>The logits of a batch's targets, [targets][vocabulary], for comparisons.</summary>
    internal float[][] Logits(PackedBatch batch) => Run(batch, backward: false, dropout: null, keepLogits: true)!.Value.Logits;

    /// <inheritdoc/>
    public void Dispose()
    {
        _allocator.Dispose();
        Parameters.Dispose();
        _parts.Dispose();
        _backend.Dispose();
    }

    /// <summary>Seconds that each operation of a training step's graph takes, computed one by one; the graph's own order and memory.</summary>
    internal IReadOnlyList<(string Operation, double Seconds)> Profile(PackedBatch batch, TimeProvider time)
    {
        using BatchGraph graph = new(_network, batch, backward: true, keepLogits: false);
        _allocator.Allocate(graph.Graph);
        graph.Write(batch);
        using GgmlContext single = new(1, 1, 1);
        GgmlGraph one = single.CreateGraph(1);
        List<(string, double)> profile = [];
        for (int i = 0; i < graph.Graph.Count; i++)
        {
            GgmlTensor node = graph.Graph[i];
            one.SetSingle(node);
            long begin = time.GetTimestamp();
            _backend.Compute(one);
            profile.Add((node.Operation == "CUSTOM" ? node.Name : node.Operation, time.GetElapsedTime(begin).TotalSeconds));
        }

        return profile;
    }

    private float[] Values()
    {
        float[] values = new float[Parameters.Count];
        Parameters.ReadValues(values);
        return values;
    }

    private (BatchLoss Loss, float[][] Logits)? Run(PackedBatch batch, bool backward, RandomNumbers? dropout, bool keepLogits)
    {
        using BatchGraph graph = new(_network, batch, backward, keepLogits);
        _allocator.Allocate(graph.Graph);
        graph.Write(batch);
        if (Parameters.Options.Dropout > 0)
        {
            Parameters.DrawDropout(dropout);
        }

        return _backend.Compute(graph.Graph) ? (graph.ReadLoss(batch), keepLogits ? graph.ReadLogits(batch) : []) : null;
    }
}
