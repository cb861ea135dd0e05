namespace LocalCopilot.Training;

/// <summary>Random numbers whose state can be stored and that are the same on every system: SplitMix64 (Steele, Lea, Flood, 2014).</summary>
internal sealed class RandomNumbers(ulong state)
{
    /// <summary>All that decides what comes next.</summary>
    public ulong State { get; private set; } = state;

    public ulong Next()
    {
        State += 0x9E3779B97F4A7C15;
        ulong value = State;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>0 inclusive to 1 exclusive.</summary>
    public float NextSingle() => (Next() >> 40) * (1.0f / (1 << 24));

    /// <summary>0 inclusive to the limit exclusive.</summary>
    public int Next(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>Puts elements into a random order.</summary>
    public void Shuffle<T>(Span<T> elements)
    {
        for (int i = elements.Length - 1; i > 0; i--)
        {
            int other = Next(i + 1);
            (elements[i], elements[other]) = (elements[other], elements[i]);
        }
    }
}
