namespace LocalCopilot.Training.Data;

/// <summary>Puts samples together into rows of at most so many tokens: first-fit decreasing, so that few rows are needed.</summary>
internal static class RowPacking
{
    /// <summary>The same samples give the same rows.</summary>
    /// <exception cref="TrainingException">A sample is longer than a row.</exception>
    public static IReadOnlyList<PackedBatch> Pack(IEnumerable<TrainingSample> samples, int rowTokens)
    {
        List<(List<TrainingSample> Samples, int Left)> rows = [];
        foreach (TrainingSample sample in samples.OrderByDescending(sample => sample.Tokens.Count))
        {
            int length = sample.Tokens.Count;
            if (length > rowTokens)
            {
                throw new TrainingException($"A sample has {length} tokens, and a row {rowTokens}. Leave it out, or use longer rows.");
            }

            int row = rows.FindIndex(candidate => candidate.Left >= length);
            if (row < 0)
            {
                row = rows.Count;
                rows.Add(([], rowTokens));
            }

            rows[row].Samples.Add(sample);
            rows[row] = (rows[row].Samples, rows[row].Left - length);
        }

        return [.. rows.Select(row => PackedBatch.Pack(row.Samples))];
    }
}
