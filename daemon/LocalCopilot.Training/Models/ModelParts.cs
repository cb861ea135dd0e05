using System.Buffers;
using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Layers;

namespace LocalCopilot.Training.Models;

/// <summary>The tensors of a model's file as parts of graphs: declared one by one, then loaded together.</summary>
/// <remarks>
/// On the processor, weights stay where the file is mapped. Other devices get copies. Transposed copies are made only for
/// plain products, see <see cref="GgmlProducts"/>: F32 where the weight is, else Q8_0, which keeps gradients to a cosine of 0.999.
/// </remarks>
internal sealed class ModelParts : IDisposable
{
    /// <summary>Types that the files of models come in and that can be trained with.</summary>
    public static readonly IReadOnlyList<GgufTensorType> SupportedTypes =
    [
        GgufTensorType.F32, GgufTensorType.F16, GgufTensorType.BF16, GgufTensorType.Q8_0, GgufTensorType.Q5_0, GgufTensorType.Q5_1,
        GgufTensorType.Q4_0, GgufTensorType.Q4_1, GgufTensorType.Q4_K, GgufTensorType.Q5_K, GgufTensorType.Q6_K,
    ];

    private readonly GgufFile _file;
    private readonly Dictionary<string, GgufTensor> _tensors;
    private readonly bool _transposes;
    private readonly LoraParameters _lora;
    private readonly GgmlContext _context;
    private readonly List<(GgmlTensor Tensor, GgufTensor Source)> _weights = [];
    private readonly List<(GgmlTensor Tensor, GgufTensor Source)> _transposed = [];
    private readonly MappedFile _mapped;
    private GgmlBuffer? _mappedMemory;
    private GgmlBuffer? _memory;

    /// <param name="file">The model.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="lora">Takes the pairs of the projections.</param>
    /// <param name="transposes">Whether backward products need transposed copies.</param>
    public ModelParts(GgufFile file, ModelShape shape, LoraParameters lora, bool transposes)
    {
        _file = file;
        _tensors = file.Tensors.DistinctBy(tensor => tensor.Name).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _transposes = transposes;
        _lora = lora;
        Shape = shape;
        _context = new((2 * file.Tensors.Count) + 8);
        _mapped = MappedFile.Open(file.Path);
        if (_mapped.Bytes < file.Bytes)
        {
            throw new TrainingException($"{file.Path} became shorter while it was read. Try again when it is complete.");
        }

        GgmlTensor factors = _tensors.ContainsKey("rope_freqs.weight") ? Vector("rope_freqs.weight", shape.Rotary.Dimensions / 2) : default;
        Rotary = new(shape.Rotary, factors);
    }

    public ModelShape Shape { get; }

    public RotaryEmbedding Rotary { get; }

    /// <summary>Bytes of weights in memory of their own; the mapped ones are the system's file cache.</summary>
    public long OwnBytes => _memory?.Bytes ?? 0;

    /// <summary>A norm with its weight.</summary>
    /// <param name="name">Without suffix, e.g. <c>output_norm</c>.</param>
    /// <param name="length">Elements of a row.</param>
    public RmsNorm RmsNorm(string name, int length) => new(Vector($"{name}.weight", length), Shape.Epsilon);

    /// <summary>A layer norm with its weight and bias.</summary>
    /// <param name="name">Without suffix, e.g. <c>output_norm</c>.</param>
    /// <param name="length">Elements of a row.</param>
    public LayerNorm LayerNorm(string name, int length) => new(Vector($"{name}.weight", length), Vector($"{name}.bias", length), Shape.Epsilon);

    /// <summary>A frozen matrix with a LoRA pair.</summary>
    public LoraProjection Projection(string name, int inputs, int outputs)
    {
        FrozenMatrix weight = Matrix(name, inputs, outputs);
        return new(weight, _lora.Add(weight.Name, inputs, outputs), _lora.Options.Scale);
    }

    /// <summary>Both ends of the model. The output matrix is the embedding where the file has none of its own.</summary>
    /// <param name="norm">Before the output matrix.</param>
    public (TokenEmbedding Embedding, MaskedHead Head) Ends(Norm norm)
    {
        bool tied = !_tensors.ContainsKey("output.weight");
        FrozenMatrix embedding = Matrix("token_embd", Shape.Width, Shape.Vocabulary, transposed: tied);
        FrozenMatrix output = tied ? embedding : Matrix("output", Shape.Width, Shape.Vocabulary);
        return (new(embedding.Weight, Shape.EmbeddingScale), new(norm, output, Shape.LogitScale));
    }

    /// <summary>Gives what was declared its data.</summary>
    public void Load(GgmlBackend backend, CancellationToken cancellationToken)
    {
        bool maps = backend.Device.Kind == Llama.LlamaDeviceKind.Cpu;
        if (maps)
        {
            _mappedMemory = GgmlBuffer.Map(_mapped);
        }

        List<(GgmlTensor Tensor, GgufTensor Source)> copied = [];
        foreach ((GgmlTensor tensor, GgufTensor source) in _weights)
        {
            long offset = _file.DataOffset + source.Offset;
            if (maps && offset % 32 == 0)
            {
                _mappedMemory!.Place(tensor, offset);
            }
            else
            {
                copied.Add((tensor, source));
            }
        }

        if (copied.Count + _transposed.Count == 0)
        {
            return;
        }

        _memory = GgmlBuffer.Allocate(_context, backend);
        _memory.MarkAsWeights();
        foreach ((GgmlTensor tensor, GgufTensor source) in copied)
        {
            cancellationToken.ThrowIfCancellationRequested();
            tensor.Write(Data(source));
        }

        foreach ((GgmlTensor tensor, GgufTensor source) in _transposed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteTransposed(tensor, source);
        }
    }

    public void Dispose()
    {
        _context.Dispose();
        _memory?.Dispose();
        _mappedMemory?.Dispose();
        _mapped.Dispose();
    }

    private FrozenMatrix Matrix(string name, int inputs, int outputs, bool transposed = true)
    {
        GgufTensor source = Find($"{name}.weight", inputs, outputs);
        if (!SupportedTypes.Contains(source.Type))
        {
            throw Unsupported(source, string.Join(", ", SupportedTypes));
        }

        GgmlTensor weight = Declare(source);
        GgmlTensor bias = _tensors.ContainsKey($"{name}.bias") ? Vector($"{name}.bias", outputs) : default;
        GgmlTensor copy = default;
        if (_transposes && transposed)
        {
            GgufTensorType type = source.Type == GgufTensorType.F32 || outputs % GgmlTypes.BlockElements(GgufTensorType.Q8_0) != 0 ? GgufTensorType.F32 : GgufTensorType.Q8_0;
            copy = _context.Create(type, outputs, inputs);
            _transposed.Add((copy, source));
        }

        return new(source.Name, weight, copy, bias);
    }

    /// <summary>A row of frozen numbers.</summary>
    private GgmlTensor Vector(string name, int length)
    {
        GgufTensor source = Find(name, length);
        return source.Type == GgufTensorType.F32 ? Declare(source) : throw Unsupported(source, "F32");
    }

    private GgmlTensor Declare(GgufTensor source)
    {
        GgmlTensor tensor = _context.Create(source.Type, [.. source.Shape]).Named(source.Name);
        _weights.Add((tensor, source));
        return tensor;
    }

    private GgufTensor Find(string name, params ReadOnlySpan<int> shape)
    {
        GgufTensor tensor = _tensors.GetValueOrDefault(name)
            ?? throw new TrainingException($"{_file.Path} has no tensor {name}, which a model of the architecture {Shape.Architecture} needs. Convert it anew with a current llama.cpp.");
        bool fits = tensor.Shape.Count >= shape.Length;
        for (int i = 0; fits && i < tensor.Shape.Count; i++)
        {
            fits = tensor.Shape[i] == (i < shape.Length ? shape[i] : 1);
        }

        return fits ? tensor : throw new TrainingException($"{_file.Path}: the tensor {name} has the shape [{string.Join(", ", tensor.Shape)}]; the model's metadata ask for [{string.Join(", ", shape.ToArray())}]. The file is damaged or of another architecture.");
    }

    private TrainingException Unsupported(GgufTensor tensor, string supported) =>
        new($"{_file.Path}: the tensor {tensor.Name} is of type {tensor.Type}, which cannot be trained with. Supported here: {supported}. Quantize the model anew, e.g. to Q8_0 or Q4_K_M.");

    private ReadOnlySpan<byte> Data(GgufTensor source) => _mapped.Slice(_file.DataOffset + source.Offset, checked((int)source.Bytes));

    private void WriteTransposed(GgmlTensor tensor, GgufTensor source)
    {
        int inputs = (int)source.Shape[0], outputs = (int)source.Shape[1];
        float[] rows = ArrayPool<float>.Shared.Rent(inputs * outputs);
        float[] columns = ArrayPool<float>.Shared.Rent(inputs * outputs);
        byte[] converted = ArrayPool<byte>.Shared.Rent((int)tensor.Bytes);
        try
        {
            GgmlTypes.ToFloats(source.Type, Data(source), rows.AsSpan(0, inputs * outputs));
            Transpose(rows, columns, inputs, outputs);
            GgmlTypes.FromFloats(tensor.Type, columns.AsSpan(0, inputs * outputs), outputs, converted.AsSpan(0, (int)tensor.Bytes));
            tensor.Write<byte>(converted.AsSpan(0, (int)tensor.Bytes));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rows);
            ArrayPool<float>.Shared.Return(columns);
            ArrayPool<byte>.Shared.Return(converted);
        }
    }

    private static void Transpose(float[] source, float[] destination, int columns, int rows)
    {
        // In squares, so that both sides stay in the first cache.
        const int Square = 32;
        for (int row = 0; row < rows; row += Square)
        {
            for (int column = 0; column < columns; column += Square)
            {
                for (int r = row; r < Math.Min(row + Square, rows); r++)
                {
                    for (int c = column; c < Math.Min(column + Square, columns); c++)
                    {
                        destination[((long)c * rows) + r] = source[((long)r * columns) + c];
                    }
                }
            }
        }
    }
}
