using System.Numerics;

namespace LocalCopilot.Daemon.Samples;

/// <summary>What is left of a text to tell which others it is nearly the same as.</summary>
/// <remarks>
/// MinHash over runs of three names or signs, whatever the blanks between them: 64 lanes of 16 bits, four in a band. The share of
/// equal lanes is about the Jaccard similarity of the texts' runs (standard deviation 0.05 at 0.8).
/// </remarks>
internal static class MinHash
{
    public const int Bands = 16;
    private const int LanesInBand = 4;
    private const int Run = 3;

    /// <returns><see cref="Bands"/> bands; texts with an equal one are worth comparing.</returns>
    public static ulong[] Of(ReadOnlySpan<char> text)
    {
        Span<ulong> least = stackalloc ulong[Bands * LanesInBand];
        least.Fill(ulong.MaxValue);
        ulong before = 0;
        ulong last = 0;
        int count = 0;
        for (int i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            int start = i++;
            if (IsOfName(text[start]))
            {
                while (i < text.Length && IsOfName(text[i]))
                {
                    i++;
                }
            }

            ulong token = HashOf(text[start..i]);
            count++;
            if (count >= Run)
            {
                Add(least, Mixed(before, last, token));
            }

            (before, last) = (last, token);
        }

        if (count < Run)
        {
            Add(least, Mixed(before, last, (ulong)count));
        }

        ulong[] bands = new ulong[Bands];
        for (int lane = 0; lane < least.Length; lane++)
        {
            bands[lane / LanesInBand] = (bands[lane / LanesInBand] << 16) | (ushort)least[lane];
        }

        return bands;
    }

    /// <returns>About the Jaccard similarity, 0..1.</returns>
    public static double Similarity(ReadOnlySpan<ulong> first, ReadOnlySpan<ulong> second)
    {
        int equal = 0;
        for (int band = 0; band < Bands; band++)
        {
            ulong difference = first[band] ^ second[band];
            for (int lane = 0; lane < LanesInBand; lane++)
            {
                equal += (ushort)(difference >> (16 * lane)) == 0 ? 1 : 0;
            }
        }

        return equal / (double)(Bands * LanesInBand);
    }

    private static bool IsOfName(char character) => char.IsLetterOrDigit(character) || character == '_';

    private static void Add(Span<ulong> least, ulong run)
    {
        for (int lane = 0; lane < least.Length; lane++)
        {
            // Another hash for each lane. The low bits of the least are kept: its high ones are nearly all zero.
            run = Finished(run + 0x9E3779B97F4A7C15);
            least[lane] = Math.Min(least[lane], run);
        }
    }

    private static ulong Mixed(ulong first, ulong second, ulong third) =>
        Finished((first * 0xBF58476D1CE4E5B9) ^ BitOperations.RotateLeft(second * 0x94D049BB133111EB, 21) ^ BitOperations.RotateLeft(third, 42));

    /// <summary>FNV-1a: names are short, and hashes must stay the same from run to run.</summary>
    private static ulong HashOf(ReadOnlySpan<char> token)
    {
        ulong hash = 14695981039346656037;
        foreach (char character in token)
        {
            hash = (hash ^ character) * 1099511628211;
        }

        return Finished(hash);
    }

    /// <summary>The last steps of SplitMix64.</summary>
    private static ulong Finished(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
