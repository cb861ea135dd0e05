using System.Globalization;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Models;
using LocalCopilot.Training.Optimization;

namespace LocalCopilot.Training;

/// <summary>How a run fits into memory: as asked, recomputing layers, or with shorter rows.</summary>
/// <param name="RowTokens">Tokens that are computed at once.</param>
/// <param name="Recompute">Whether layers are computed again instead of kept.</param>
/// <param name="Estimate">What it takes.</param>
internal sealed record MemoryPlan(int RowTokens, bool Recompute, MemoryEstimate Estimate)
{
    /// <summary>Shorter rows leave too little of a sample.</summary>
    private const int ShortestRow = 64;

    /// <summary>Chooses the fastest way that fits.</summary>
    /// <param name="file">The model.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="lora">The adapter's shape.</param>
    /// <param name="recipe">Has the row length that is wanted.</param>
    /// <param name="fused">Whether our own operations compute, see <see cref="ComputeOptions"/>.</param>
    /// <param name="available">Bytes that may be taken.</param>
    /// <exception cref="TrainingException">Nothing fits.</exception>
    public static MemoryPlan Choose(GgufFile file, ModelShape shape, LoraOptions lora, TrainingRecipe recipe, bool fused, long available)
    {
        MemoryPlan? smallest = null;
        for (int row = Math.Min(recipe.RowTokens, shape.ContextTokens); smallest is null || row >= ShortestRow; row /= 2)
        {
            foreach (bool recompute in (bool[])[false, true])
            {
                smallest = new(row, recompute, MemoryEstimate.Of(file, shape, lora, row, recompute, fused));
                if (smallest.Estimate.Total <= available)
                {
                    return smallest;
                }
            }
        }

        throw new TrainingException(string.Create(
            CultureInfo.InvariantCulture,
            $"Training {Path.GetFileName(file.Path)} takes at least {smallest.Estimate.Total / 1e6:0} MB, with rows of {smallest.RowTokens} tokens, and {available / 1e6:0} MB may be taken. Close other programs, allow more memory, or use a smaller model."));
    }
}
