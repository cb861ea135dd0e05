namespace LocalCopilot.Daemon.Cli;

/// <summary>A curve of text: eight heights, from the lowest value to the highest.</summary>
internal static class Sparkline
{
    private const string Heights = "▁▂▃▄▅▆▇█";

    /// <param name="values">In the order of time.</param>
    /// <param name="width">Characters, at most; neighbours are averaged to fit.</param>
    public static string Of(IReadOnlyList<double> values, int width)
    {
        if (values.Count == 0)
        {
            return "";
        }

        int count = Math.Min(width, values.Count);
        double[] means = [.. Enumerable.Range(0, count).Select(i =>
        {
            int begin = (int)((long)i * values.Count / count);
            int end = Math.Max(begin + 1, (int)((long)(i + 1) * values.Count / count));
            return values.Skip(begin).Take(end - begin).Average();
        })];
        double low = means.Min();
        double range = means.Max() - low;
        return string.Concat(means.Select(mean => Heights[range > 0 ? (int)((mean - low) / range * (Heights.Length - 1)) : 0]));
    }
}
