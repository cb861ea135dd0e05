namespace LocalCopilot.Daemon.Engine;

/// <summary>Tokens a second, lately: an average in which older measurements count less and less.</summary>
/// <remarks>Written by the engine's thread, read by any.</remarks>
internal sealed class TokenRate
{
    private const double Weight = 0.1;

    private double _rate;

    /// <summary>Null before the first measurement.</summary>
    public double? PerSecond => Volatile.Read(ref _rate) is > 0 and var rate ? rate : null;

    public void Add(int tokens, TimeSpan time)
    {
        if (tokens > 0 && time > TimeSpan.Zero)
        {
            double rate = tokens / time.TotalSeconds;
            Volatile.Write(ref _rate, _rate == 0 ? rate : (_rate * (1 - Weight)) + (rate * Weight));
        }
    }
}
