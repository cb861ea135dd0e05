using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>How an adapter learns the commits that it was measured by, after it has passed.</summary>
internal static class Refresh
{
    /// <summary>One change in so many is kept from it, to measure it by.</summary>
    private const int KeptOneIn = 3;

    /// <summary>Edits that must be kept, at least.</summary>
    public const int LeastKept = 12;

    /// <summary>Times that a sample is seen.</summary>
    public const int Epochs = 2;

    /// <summary>Of the round's learning rate.</summary>
    public const double Rate = 0.2;

    /// <param name="change">A commit and a file.</param>
    public static bool IsKept(string change) => StableHash.Of(change) % KeptOneIn == 0;
}
