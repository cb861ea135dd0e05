namespace LocalCopilot.Daemon.Evaluation;

/// <summary>How alike two texts are.</summary>
internal static class EditSimilarity
{
    /// <summary>
    /// Ratcliff and Obershelp's measure: twice the characters in common, by the characters of both. In common are the longest
    /// common block and, on either side of it, again the longest.
    /// </summary>
    /// <returns>0..1; 1 for two empty texts.</returns>
    public static double Of(string first, string second) =>
        first.Length + second.Length == 0 ? 1 : 2.0 * Common(first, second) / (first.Length + second.Length);

    private static int Common(ReadOnlySpan<char> first, ReadOnlySpan<char> second)
    {
        var (start1, start2, length) = LongestBlock(first, second);
        return length == 0 ? 0 : length + Common(first[..start1], second[..start2]) + Common(first[(start1 + length)..], second[(start2 + length)..]);
    }

    /// <summary>The longest common block; of several the one that begins first in the first text, then in the second.</summary>
    private static (int Start1, int Start2, int Length) LongestBlock(ReadOnlySpan<char> first, ReadOnlySpan<char> second)
    {
        (int Start1, int Start2, int Length) best = default;
        int[] above = new int[second.Length + 1];
        int[] row = new int[second.Length + 1];
        for (int i = 0; i < first.Length; i++)
        {
            for (int j = 0; j < second.Length; j++)
            {
                row[j + 1] = first[i] == second[j] ? above[j] + 1 : 0;
                if (row[j + 1] > best.Length)
                {
                    best = (i - row[j + 1] + 1, j - row[j + 1] + 1, row[j + 1]);
                }
            }

            (above, row) = (row, above);
        }

        return best;
    }
}
