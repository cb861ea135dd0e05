using LibGit2Sharp;

namespace LocalCopilot.Daemon.Samples;

/// <summary>What one run trains on and what it is judged by. No text of the one first appeared in the other.</summary>
/// <param name="Training">Of commits, the newest first; then of the tree of <paramref name="TrainedThrough"/>.</param>
/// <param name="HeldOut">Of newer commits, the newest first.</param>
/// <param name="TrainedThrough">The newest commit that is trained on; null where there is none.</param>
/// <param name="TrainedCommits">All commits whose text training sees.</param>
/// <param name="Excluded">What was left out of the commits looked at, by reason.</param>
internal sealed record SelectedSamples(
    IReadOnlyList<Sample> Training,
    IReadOnlyList<Sample> HeldOut,
    ObjectId? TrainedThrough,
    IReadOnlyList<ObjectId> TrainedCommits,
    IReadOnlyDictionary<Exclusion, int> Excluded);
