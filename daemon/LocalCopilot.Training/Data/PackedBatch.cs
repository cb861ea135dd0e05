namespace LocalCopilot.Training.Data;

/// <summary>Samples one after another in one row; none sees another.</summary>
public sealed class PackedBatch
{
    /// <summary>Rows are filled up to a multiple of this, which ggml's fast products need.</summary>
    public const int TokenMultiple = 16;

    private PackedBatch(int tokens, int targets)
    {
        Tokens = new int[Math.Max(TokenMultiple, (tokens + TokenMultiple - 1) / TokenMultiple * TokenMultiple)];
        Positions = new int[Tokens.Length];
        Starts = new int[Tokens.Length];
        TargetRows = new int[targets];
        TargetTokens = new int[targets];
        TargetWeights = new float[targets];
        Used = tokens;
    }

    /// <summary>Tokens of the samples, without the filling.</summary>
    public int Used { get; }

    /// <summary>Tokens that are learned.</summary>
    public int Targets => TargetRows.Length;

    internal int[] Tokens { get; }

    /// <summary>Place of each token in its sample.</summary>
    internal int[] Positions { get; }

    /// <summary>Index of the first token of each token's sample.</summary>
    internal int[] Starts { get; }

    /// <summary>Index of the token before each target.</summary>
    internal int[] TargetRows { get; }

    internal int[] TargetTokens { get; }

    /// <summary>What each target counts in the loss.</summary>
    internal float[] TargetWeights { get; }

    /// <summary>Packs samples in their order.</summary>
    /// <exception cref="TrainingException">One has nothing to learn, or no token before what is to be learned.</exception>
    public static PackedBatch Pack(IReadOnlyList<TrainingSample> samples)
    {
        PackedBatch batch = new(samples.Sum(sample => sample.Tokens.Count), samples.Sum(sample => sample.Targets));
        int at = 0;
        int target = 0;
        foreach (TrainingSample sample in samples)
        {
            if (sample.FirstTarget < 1 || sample.Targets < 1)
            {
                throw new TrainingException($"A sample has {sample.Tokens.Count} tokens and is to be learned from token {sample.FirstTarget} on; there must be at least one token before and one from there on.");
            }

            for (int i = 0; i < sample.Tokens.Count; i++)
            {
                batch.Tokens[at + i] = sample.Tokens[i];
                batch.Positions[at + i] = i;
                batch.Starts[at + i] = at;
                if (i >= sample.FirstTarget)
                {
                    batch.TargetRows[target] = at + i - 1;
                    batch.TargetWeights[target] = i - sample.FirstTarget < sample.PromptTargets ? sample.PromptWeight : 1;
                    batch.TargetTokens[target++] = sample.Tokens[i];
                }
            }

            at += sample.Tokens.Count;
        }

        for (; at < batch.Tokens.Length; at++)
        {
            // Filling sees itself only; a token that sees nothing would be NaN.
            batch.Starts[at] = at;
        }

        return batch;
    }

    /// <summary>The mask for attention with dense scores, [tokens, tokens]: 0 where a token sees another, else minus infinity.</summary>
    internal float[] Mask()
    {
        float[] mask = new float[(long)Tokens.Length * Tokens.Length];
        Array.Fill(mask, float.NegativeInfinity);
        for (int token = 0; token < Tokens.Length; token++)
        {
            mask.AsSpan((token * Tokens.Length) + Starts[token], token - Starts[token] + 1).Clear();
        }

        return mask;
    }
}
