namespace LocalCopilot.Training.Optimization;

/// <summary>Which samples a step learns: every epoch goes through all in an order of its own, which the seed decides alone.</summary>
/// <param name="samples">Number of samples.</param>
/// <param name="recipe">Seed, samples a step, epochs.</param>
internal sealed class SampleOrder(int samples, TrainingRecipe recipe)
{
    private int[] _order = [];
    private int _epoch = -1;

    /// <summary>Steps of the whole run.</summary>
    public int Steps { get; } = (int)Math.Min(recipe.MaxSteps ?? int.MaxValue, Math.Max(1, Math.Ceiling(recipe.Epochs * samples / recipe.SamplesPerStep)));

    /// <summary>Indices of a step's samples. Where an epoch ends within a step, the next one begins.</summary>
    public int[] OfStep(int step)
    {
        long first = (long)step * recipe.SamplesPerStep;
        return [.. Enumerable.Range(0, Math.Min(recipe.SamplesPerStep, samples)).Select(i => At(first + i))];
    }

    private int At(long position)
    {
        int epoch = (int)(position / samples);
        if (epoch != _epoch)
        {
            // Far from the seeds of neighbouring epochs and of the dropout.
            RandomNumbers random = new(((ulong)(uint)recipe.Seed << 32) ^ ((ulong)(uint)epoch * 0x9E3779B97F4A7C15));
            _order = [.. Enumerable.Range(0, samples)];
            random.Shuffle(_order.AsSpan());
            _epoch = epoch;
        }

        return _order[position % samples];
    }
}
