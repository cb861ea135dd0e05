namespace LocalCopilot.Training.Optimization;

/// <summary>How an adapter is trained: what decides its numbers besides the model, the samples and the adapter's shape.</summary>
public sealed record TrainingRecipe
{
    /// <summary>Times that every sample is seen.</summary>
    public double Epochs { get; init; } = 1;

    /// <summary>Steps of the optimizer at most; null: as many as <see cref="Epochs"/> gives.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Samples of a step; their gradients are averaged, each target token counting the same.</summary>
    public int SamplesPerStep { get; init; } = 8;

    /// <summary>Tokens that are computed at once, at most. Samples are packed into rows of so many; memory grows with it, results do not change.</summary>
    public int RowTokens { get; init; } = 512;

    /// <summary>Learning rate after the warmup.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Share of the steps in which the rate rises to <see cref="LearningRate"/>, 0 to 1.</summary>
    public double Warmup { get; init; } = 0.03;

    /// <summary>What is left of the rate at the last step, where a cosine leads it, 0 to 1.</summary>
    public double FinalRate { get; init; }

    /// <summary>LoRA+, arXiv:2402.12354: B's rate is A's times this. 1: the same.</summary>
    public double PlusRatio { get; init; } = 1;

    /// <summary>Decay of the gradients' mean in AdamW.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the gradients' mean square in AdamW.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decay of the weights, not through the gradient; times the rate.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Longer gradients are shortened to this L2 norm; 0: never.</summary>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>
    /// Factor on B when all steps are done, greater than 0 to 1. An adapter that is served a little weaker than it was trained forgets
    /// less of what the model knew: interpolation of weights, arXiv:2109.01903.
    /// </summary>
    public double FinalStrength { get; init; } = 1;

    /// <summary>Decides the adapter's beginning, the samples' order and the dropout.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Steps between two measurements of the held-out samples' loss; 0: only before and after training.</summary>
    public int EvaluateEverySteps { get; init; }

    /// <exception cref="TrainingException">A value is out of range.</exception>
    public void Validate()
    {
        Check(Epochs > 0 && double.IsFinite(Epochs), nameof(Epochs), Epochs, "greater than 0");
        Check(MaxSteps is null or > 0, nameof(MaxSteps), MaxSteps ?? 0, "1 or more");
        Check(SamplesPerStep > 0, nameof(SamplesPerStep), SamplesPerStep, "1 or more");
        Check(RowTokens >= 16, nameof(RowTokens), RowTokens, "16 or more");
        Check(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "greater than 0; 1e-4 to 3e-3 are usual");
        Check(Warmup is >= 0 and <= 1, nameof(Warmup), Warmup, "0 to 1");
        Check(FinalRate is >= 0 and <= 1, nameof(FinalRate), FinalRate, "0 to 1");
        Check(PlusRatio > 0 && double.IsFinite(PlusRatio), nameof(PlusRatio), PlusRatio, "greater than 0; 1 to 16 are usual");
        Check(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "0 to less than 1");
        Check(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "0 to less than 1");
        Check(Epsilon > 0, nameof(Epsilon), Epsilon, "greater than 0");
        Check(WeightDecay is >= 0 and <= 1, nameof(WeightDecay), WeightDecay, "0 to 1");
        Check(MaxGradientNorm >= 0, nameof(MaxGradientNorm), MaxGradientNorm, "0 or more");
        Check(FinalStrength is > 0 and <= 1, nameof(FinalStrength), FinalStrength, "greater than 0 to 1");
        Check(EvaluateEverySteps >= 0, nameof(EvaluateEverySteps), EvaluateEverySteps, "0 or more");
    }

    private static void Check(bool holds, string name, double value, string expected)
    {
        if (!holds)
        {
            throw new TrainingException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The recipe's {name} is {value}; it must be {expected}."));
        }
    }
}
