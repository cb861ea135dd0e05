using System.Numerics.Tensors;
using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.Training.Adapters;

/// <summary>All trained numbers of an adapter, one after another, and the sums of their gradients.</summary>
/// <remarks>
/// Order: the model's layers, within each the architecture's projections, A before B. Each matrix begins at a multiple of 16
/// elements; the gaps are and stay 0. Lies in the memory of the device that computes.
/// </remarks>
public sealed class LoraParameters : IDisposable
{
    private const int AlignmentElements = 16;

    private readonly GgmlContext _context;
    private readonly List<LoraMatrix> _matrices = [];
    private GgmlBuffer? _memory;
    private GgmlTensor _values;
    private GgmlTensor _gradients;

    internal LoraParameters(LoraOptions options, int matrices)
    {
        Options = options;
        _context = new((matrices * 5) + 2);
    }

    /// <summary>Rank, scale and dropout.</summary>
    public LoraOptions Options { get; }

    /// <summary>Numbers, gaps included.</summary>
    public int Count { get; private set; }

    /// <summary>Numbers that are trained.</summary>
    public long Trained => _matrices.Sum(matrix => (long)(matrix.In + matrix.Out) * Options.Rank);

    internal IReadOnlyList<LoraMatrix> Matrices => _matrices;

    /// <summary>Copies the numbers out, [<see cref="Count"/>].</summary>
    public void ReadValues(Span<float> values) => _values.Read(values);

    /// <summary>Copies numbers in, [<see cref="Count"/>].</summary>
    public void WriteValues(ReadOnlySpan<float> values) => _values.Write(values);

    /// <summary>Copies the sums of the gradients out, [<see cref="Count"/>].</summary>
    public void ReadGradients(Span<float> gradients) => _gradients.Read(gradients);

    /// <summary>Sets the sums of the gradients to 0.</summary>
    public void ClearGradients() => _gradients.Clear();

    /// <summary>Begins an adapter: A random with variance 1 / (3 · in), as PEFT does, and B zero, so that it changes nothing yet.</summary>
    public void Initialize(int seed)
    {
        float[] values = new float[Count];
        RandomNumbers random = new((ulong)seed);
        foreach (LoraMatrix matrix in _matrices)
        {
            // Kaiming-uniform with a = sqrt(5): between ±1/sqrt(in).
            float bound = 1 / MathF.Sqrt(matrix.In);
            foreach (ref float value in values.AsSpan((int)matrix.Offset, matrix.In * Options.Rank))
            {
                value = ((2 * random.NextSingle()) - 1) * bound;
            }
        }

        WriteValues(values);
    }

    /// <summary>Scales what the adapter adds: B times <paramref name="strength"/>.</summary>
    internal void Weaken(double strength)
    {
        if (strength == 1)
        {
            return;
        }

        float[] values = new float[Count];
        ReadValues(values);
        foreach (LoraMatrix matrix in _matrices)
        {
            Span<float> b = values.AsSpan((int)matrix.OffsetB(Options.Rank), matrix.Out * Options.Rank);
            TensorPrimitives.Multiply(b, (float)strength, b);
        }

        WriteValues(values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _context.Dispose();
        _memory?.Dispose();
    }

    internal static long Padded(long elements) => (elements + AlignmentElements - 1) / AlignmentElements * AlignmentElements;

    /// <summary>Declares the pair of a projection.</summary>
    internal LoraMatrix Add(string name, int inputs, int outputs)
    {
        GgmlTensor Matrix(int length) => _context.Create(GgufTensorType.F32, length, Options.Rank);

        GgmlTensor kept = Options.Dropout > 0 ? _context.Create(GgufTensorType.F32, inputs) : default;
        LoraMatrix matrix = new(name, inputs, outputs, Count, Matrix(inputs), Matrix(outputs), Matrix(inputs), Matrix(outputs), kept);
        _matrices.Add(matrix);
        Count = checked((int)(matrix.OffsetB(Options.Rank) + Padded((long)outputs * Options.Rank)));
        return matrix;
    }

    /// <summary>Gives everything that was declared its memory.</summary>
    internal void Allocate(GgmlBackend backend)
    {
        long keptBytes = _matrices.Sum(matrix => matrix.Kept.Exists ? Padded(matrix.In) * sizeof(float) : 0);
        long bytes = (long)Count * sizeof(float);
        _memory = GgmlBuffer.Allocate((2 * bytes) + keptBytes, backend);
        _values = _context.Create(GgufTensorType.F32, Count).Named("lora");
        _gradients = _context.Create(GgufTensorType.F32, Count).Named("lora gradients");
        _memory.Place(_values, 0);
        _memory.Place(_gradients, bytes);
        long kept = 2 * bytes;
        foreach (LoraMatrix matrix in _matrices)
        {
            long a = matrix.Offset * sizeof(float);
            long b = matrix.OffsetB(Options.Rank) * sizeof(float);
            _memory.Place(matrix.A, a);
            _memory.Place(matrix.B, b);
            _memory.Place(matrix.GradientA, bytes + a);
            _memory.Place(matrix.GradientB, bytes + b);
            if (matrix.Kept.Exists)
            {
                _memory.Place(matrix.Kept, kept);
                kept += Padded(matrix.In) * sizeof(float);
            }
        }
    }

    /// <summary>Draws which inputs are left out of the next batch.</summary>
    /// <param name="random">Null: none, as in evaluation.</param>
    internal void DrawDropout(RandomNumbers? random)
    {
        foreach (LoraMatrix matrix in _matrices.Where(matrix => matrix.Kept.Exists))
        {
            float[] kept = new float[matrix.In];
            float factor = 1 / (1 - Options.Dropout);
            foreach (ref float value in kept.AsSpan())
            {
                value = random is null ? 1 : random.NextSingle() < Options.Dropout ? 0 : factor;
            }

            matrix.Kept.Write<float>(kept);
        }
    }
}
