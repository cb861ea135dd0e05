namespace LocalCopilot.Daemon.Samples;

/// <summary>Finds samples that are nearly the same as one that came before.</summary>
/// <remarks>About 400 bytes a sample. Not thread-safe.</remarks>
internal sealed class NearDuplicates
{
    /// <summary>0.85: one name of a short line may differ, two may not.</summary>
    private const double Near = 0.85;

    private readonly Dictionary<ulong, ulong[]>[] _bands = [.. Enumerable.Range(0, MinHash.Bands).Select(_ => new Dictionary<ulong, ulong[]>())];

    /// <returns>False where it is nearly the same as one that was added, and was not added.</returns>
    public bool Add(ulong[] signature)
    {
        for (int band = 0; band < MinHash.Bands; band++)
        {
            if (_bands[band].TryGetValue(signature[band], out ulong[]? other) && MinHash.Similarity(signature, other) >= Near)
            {
                return false;
            }
        }

        for (int band = 0; band < MinHash.Bands; band++)
        {
            _bands[band].TryAdd(signature[band], signature);
        }

        return true;
    }
}
