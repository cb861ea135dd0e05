namespace LocalCopilot.Training.Adapters;

/// <summary>The shape of an adapter.</summary>
public sealed record LoraOptions
{
    /// <summary>Rank of every pair of matrices, 1 to 1024.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>Strength: outputs are scaled by this / rank (or / √rank, see <see cref="RankStabilized"/>).</summary>
    public float Alpha { get; init; } = 32;

    /// <summary>rsLoRA, arXiv:2312.03732: scales by alpha / √rank. Written to files as an alpha that gives the same scale.</summary>
    public bool RankStabilized { get; init; }

    /// <summary>
    /// Probability that an input of A is left out, 0 to 0.9. All tokens that are computed together share the draw, which costs
    /// no more than the matrices themselves.
    /// </summary>
    public float Dropout { get; init; }

    /// <summary>The factor on B A.</summary>
    public float Scale => RankStabilized ? Alpha / MathF.Sqrt(Rank) : Alpha / Rank;

    /// <summary>The alpha that gives <see cref="Scale"/> where scale is alpha / rank, as GGUF adapters have it.</summary>
    public float FileAlpha => Scale * Rank;

    /// <exception cref="TrainingException">A value is out of range.</exception>
    public void Validate()
    {
        if (Rank is < 1 or > 1024)
        {
            throw new TrainingException($"The rank is {Rank}; it must be 1 to 1024. 8 to 32 are usual.");
        }

        if (!float.IsFinite(Alpha) || Alpha <= 0)
        {
            throw new TrainingException($"Alpha is {Alpha}; it must be greater than 0. Twice the rank is usual.");
        }

        if (Dropout is not (>= 0 and <= 0.9f))
        {
            throw new TrainingException($"The dropout is {Dropout}; it must be 0 to 0.9.");
        }
    }
}
