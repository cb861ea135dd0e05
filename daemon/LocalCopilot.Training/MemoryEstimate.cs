using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Layers;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training;

/// <summary>What training takes, in bytes.</summary>
/// <param name="Weights">The model's file; its pages can be read again and are the system's to drop, but are all needed in every step.</param>
/// <param name="Adapter">Numbers, gradients and the optimizer's means.</param>
/// <param name="Activations">Intermediate results of a row.</param>
public sealed record MemoryEstimate(long Weights, long Adapter, long Activations)
{
    /// <summary>The runtime, the libraries and the graph's description.</summary>
    private const long Program = 90_000_000;

    /// <summary>Numbers, gradients and means: six times; three more while a checkpoint is written.</summary>
    private const int CopiesOfAdapter = 9;

    /// <summary>All together.</summary>
    public long Total => Weights + Adapter + Activations + Program;

    /// <summary>Estimates for a row length.</summary>
    /// <param name="file">The model.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="lora">The adapter's shape.</param>
    /// <param name="rowTokens">Tokens that are computed at once.</param>
    /// <param name="recompute">Whether layers are computed again instead of kept.</param>
    /// <param name="fused">Whether our own operations compute: they need no transposed weights and keep no attention scores.</param>
    public static MemoryEstimate Of(GgufFile file, ModelShape shape, LoraOptions lora, int rowTokens, bool recompute, bool fused = true)
    {
        int matrices = shape.FeedForwardMatrices;
        long numbers = (long)lora.Rank * shape.Layers * (((4L + matrices) * shape.Width) + (2L * shape.QueryLength) + (2L * shape.KeyLength) + ((long)matrices * shape.FeedForwardLength));
        long kept = (4L * shape.Width) + (2L * shape.QueryLength) + (2L * shape.KeyLength) + ((long)matrices * shape.FeedForwardLength) + shape.Heads + ((4L + matrices) * lora.Rank);
        // Without a gate there is one result less, but ggml's own operations take GELU's derivative in steps.
        long working = (4L * shape.Width) + (6L * shape.QueryLength) + ((fused ? matrices : 3L) * shape.FeedForwardLength);
        if (!fused)
        {
            long scores = (long)shape.Heads * rowTokens;
            kept += scores;
            working += 2 * scores;
        }

        long head = ((long)shape.Vocabulary * Math.Min(rowTokens, MaskedHead.ChunkTargets)) + (4L * shape.Width * rowTokens);

        // Recomputing, there are either the head's logits or one layer's results; else the layers' are there while the head computes.
        long activations = recompute
            ? (shape.Layers * (long)shape.Width * rowTokens) + Math.Max(head, (kept + working) * rowTokens)
            : (((shape.Layers * kept) + working) * rowTokens) + head;
        return new(fused ? file.TensorBytes : file.TensorBytes + TransposedBytes(file), CopiesOfAdapter * numbers * sizeof(float), activations * sizeof(float));
    }

    private static long TransposedBytes(GgufFile file) => file.Tensors.Where(tensor => tensor.Shape.Count > 1).Sum(tensor =>
        GgmlTypes.RowBytes(tensor.Type == GgufTensorType.F32 ? GgufTensorType.F32 : GgufTensorType.Q8_0, tensor.Elements));
}
