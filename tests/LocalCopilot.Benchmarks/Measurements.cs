namespace LocalCopilot.Benchmarks;

/// <summary>Times, and what is said of them.</summary>
internal sealed class Measurements
{
    private readonly List<double> _milliseconds = [];

    public int Count => _milliseconds.Count;

    public void Add(TimeSpan time) => _milliseconds.Add(time.TotalMilliseconds);

    /// <param name="share">0..1; 0.5: the median.</param>
    public double At(double share)
    {
        double[] sorted = [.. _milliseconds.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public override string ToString() => FormattableString.Invariant($"n={Count} median {At(0.5):0.00} ms, 95th {At(0.95):0.00} ms, 99th {At(0.99):0.00} ms, largest {At(1):0.00} ms");
}
