using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Evaluation;

/// <summary>How well a model did at one place.</summary>
/// <param name="Bits">− log2 of the probability of what was written, its end included.</param>
/// <param name="Bytes">UTF-8 bytes of what was written.</param>
/// <param name="ExactMatch">Whether an editor would have shown just that.</param>
/// <param name="Similarity">0..1, see <see cref="EditSimilarity"/>.</param>
internal readonly record struct ItemScore(double Bits, int Bytes, bool ExactMatch, double Similarity)
{
    /// <summary>Of many: bits by bytes over all, so that long texts count more; the others are means over items.</summary>
    public static Score Sum(IReadOnlyList<ItemScore> items) => items.Count == 0
        ? new(0, 0, 0)
        : new(items.Sum(item => item.Bits) / items.Sum(item => (double)item.Bytes), items.Average(item => item.ExactMatch ? 1.0 : 0), items.Average(item => item.Similarity));
}
