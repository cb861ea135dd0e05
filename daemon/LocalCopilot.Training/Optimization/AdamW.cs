using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LocalCopilot.Training.Adapters;

namespace LocalCopilot.Training.Optimization;

/// <summary>Adam with decoupled weight decay. Source: arXiv:1711.05101.</summary>
/// <remarks>
/// m = β1 m + (1 − β1) g; v = β2 v + (1 − β2) g²; w −= rate · (m / (1 − β1ᵗ) / (√(v / (1 − β2ᵗ)) + ε) + decay · w).
/// On the processor in F32; the order of additions is fixed, so the same gradients give the same numbers.
/// </remarks>
internal sealed class AdamW(LoraParameters parameters, TrainingRecipe recipe)
{
    /// <summary>Means of the gradients, as <see cref="LoraParameters"/> orders them.</summary>
    public float[] Means { get; } = new float[parameters.Count];

    /// <summary>Means of their squares.</summary>
    public float[] Squares { get; } = new float[parameters.Count];

    /// <summary>Makes a step.</summary>
    /// <param name="values">The adapter's numbers; changed.</param>
    /// <param name="gradients">Of the mean loss; shortened in place where they are too long.</param>
    /// <param name="rate">Learning rate of A.</param>
    /// <param name="step">From 0.</param>
    /// <returns>The gradients' norm before it was shortened; nothing was changed where it is not finite.</returns>
    public double Step(Span<float> values, Span<float> gradients, double rate, int step)
    {
        double norm = Norm(gradients);
        if (!double.IsFinite(norm))
        {
            return norm;
        }

        if (recipe.MaxGradientNorm > 0 && norm > recipe.MaxGradientNorm)
        {
            TensorPrimitives.Multiply(gradients, (float)(recipe.MaxGradientNorm / norm), gradients);
        }

        float correction1 = (float)(1 / (1 - Math.Pow(recipe.Beta1, step + 1)));
        float correction2 = (float)(1 / (1 - Math.Pow(recipe.Beta2, step + 1)));
        int rank = parameters.Options.Rank;
        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            Part((int)matrix.Offset, matrix.In * rank, rate, values, gradients);
            Part((int)matrix.OffsetB(rank), matrix.Out * rank, rate * recipe.PlusRatio, values, gradients);
        }

        return norm;

        void Part(int offset, int count, double partRate, Span<float> values, Span<float> gradients) => Update(
            values.Slice(offset, count), gradients.Slice(offset, count), Means.AsSpan(offset, count), Squares.AsSpan(offset, count), (float)partRate, correction1, correction2);
    }

    private static double Norm(ReadOnlySpan<float> gradients)
    {
        double sum = 0;
        const int Part = 4096;
        for (int i = 0; i < gradients.Length; i += Part)
        {
            sum += TensorPrimitives.SumOfSquares(gradients.Slice(i, Math.Min(Part, gradients.Length - i)));
        }

        return Math.Sqrt(sum);
    }

    private void Update(Span<float> values, ReadOnlySpan<float> gradients, Span<float> means, Span<float> squares, float rate, float correction1, float correction2)
    {
        float beta1 = (float)recipe.Beta1, beta2 = (float)recipe.Beta2, epsilon = (float)recipe.Epsilon, keep = (float)(1 - (rate * recipe.WeightDecay));
        int vectors = values.Length / Vector<float>.Count;
        Span<Vector<float>> w = MemoryMarshal.Cast<float, Vector<float>>(values);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradients);
        Span<Vector<float>> m = MemoryMarshal.Cast<float, Vector<float>>(means);
        Span<Vector<float>> v = MemoryMarshal.Cast<float, Vector<float>>(squares);
        for (int i = 0; i < vectors; i++)
        {
            m[i] = (m[i] * beta1) + (g[i] * (1 - beta1));
            v[i] = (v[i] * beta2) + (g[i] * g[i] * (1 - beta2));
            w[i] = (w[i] * keep) - (m[i] * (rate * correction1) / (Vector.SquareRoot(v[i] * correction2) + new Vector<float>(epsilon)));
        }

        for (int i = vectors * Vector<float>.Count; i < values.Length; i++)
        {
            means[i] = (means[i] * beta1) + (gradients[i] * (1 - beta1));
            squares[i] = (squares[i] * beta2) + (gradients[i] * gradients[i] * (1 - beta2));
            values[i] = (values[i] * keep) - (means[i] * (rate * correction1) / (MathF.Sqrt(squares[i] * correction2) + epsilon));
        }
    }
}
