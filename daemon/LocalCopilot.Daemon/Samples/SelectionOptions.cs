namespace LocalCopilot.Daemon.Samples;

/// <summary>How many samples one run takes, and which.</summary>
internal sealed record SelectionOptions
{
    /// <summary>Share of the samples that is held out, 0..1: those of the newest commits.</summary>
    public double HeldOutShare { get; init; } = 0.1;

    /// <summary>Samples held out, at least, as far as that leaves as many to train on.</summary>
    public int LeastHeldOut { get; init; } = 60;

    /// <summary>Samples held out, at most; the last commit is taken whole.</summary>
    public int MostHeldOut { get; init; } = 400;

    /// <summary>Samples of commits to train on, at most: the newest.</summary>
    public int MostOfCommits { get; init; } = 6000;

    /// <summary>Samples of the tree to train on, at most.</summary>
    public int MostOfTree { get; init; } = 2000;
}
