namespace LocalCopilot.Training.Data;

/// <summary>Samples that fit, and what was left out.</summary>
/// <param name="Samples">In the order of their source.</param>
/// <param name="TooLong">Samples with more tokens than fit.</param>
/// <param name="Empty">Samples with nothing to learn, or nothing to learn it from.</param>
public sealed record SampleSet(IReadOnlyList<TrainingSample> Samples, int TooLong, int Empty)
{
    /// <summary>Tokens of all samples.</summary>
    public long Tokens { get; } = Samples.Sum(sample => (long)sample.Tokens.Count);

    /// <summary>Leaves out what cannot be learned.</summary>
    /// <param name="samples">Any samples.</param>
    /// <param name="longest">Tokens of a sample, at most.</param>
    /// <param name="vocabulary">Tokens that the model knows.</param>
    /// <exception cref="TrainingException">A sample has a token that the model does not know.</exception>
    public static SampleSet Of(IEnumerable<TrainingSample> samples, int longest, int vocabulary)
    {
        List<TrainingSample> fitting = [];
        int tooLong = 0, empty = 0, number = 0;
        foreach (TrainingSample sample in samples)
        {
            number++;
            if (sample.FirstTarget < 1 || sample.Targets < 1)
            {
                empty++;
            }
            else if (sample.Tokens.Count > longest)
            {
                tooLong++;
            }
            else
            {
                foreach (int token in sample.Tokens)
                {
                    if (token < 0 || token >= vocabulary)
                    {
                        throw new TrainingException($"Sample {number} has the token {token}, and the model knows 0 to {vocabulary - 1}. The samples were made for another model.");
                    }
                }

                fitting.Add(sample);
            }
        }

        return new(fitting, tooLong, empty);
    }

    /// <summary>This set, where there is something in it.</summary>
    /// <exception cref="TrainingException">There is not; the message says why.</exception>
    public SampleSet NotEmpty(int longest) => Samples.Count > 0 ? this : throw new TrainingException(
        TooLong + Empty == 0
            ? "There are no samples. Give a file with at least one line."
            : $"No sample is left: {TooLong} are longer than {longest} tokens, {Empty} have nothing to learn or nothing before it. Give shorter samples, or longer rows where the model's context allows.");
}
