using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>What was read of a repository for one round.</summary>
/// <param name="NewSamples">Samples of commits that the last round did not see.</param>
/// <param name="Written">The training file; null where there is not enough to learn from.</param>
/// <param name="HeldOut">What the candidate is measured by.</param>
internal sealed record CollectedSamples(SelectedSamples Selected, int NewSamples, WrittenSamples? Written, IReadOnlyList<EvaluationItem> HeldOut)
{
    public Protocol.SampleCounts Counts => new(
        Written?.Count ?? 0,
        HeldOut.Count,
        Selected.Excluded.OrderBy(pair => pair.Key).ToDictionary(pair => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(pair.Key.ToString()), pair => pair.Value));
}
