using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>The last outline of each document: what is out of view seldom changes while somebody types.</summary>
/// <remarks>Usable from any thread; forgets all when there are many.</remarks>
internal sealed class OutlineCache
{
    private const int MostDocuments = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (UInt128 Hash, string Outline)> _documents = new(StringComparer.Ordinal);

    /// <inheritdoc cref="FileOutline.Of(ReadOnlySpan{char}, int)"/>
    public string Of(string uri, ReadOnlySpan<char> prefix, int inView)
    {
        ReadOnlySpan<char> outOfView = prefix[..FileOutline.OutOfView(prefix.Length, inView)];
        if (outOfView.IsEmpty)
        {
            return "";
        }

        UInt128 hash = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(outOfView));
        lock (_gate)
        {
            if (_documents.TryGetValue(uri, out var known) && known.Hash == hash)
            {
                return known.Outline;
            }
        }

        string outline = FileOutline.Of(outOfView);
        lock (_gate)
        {
            if (_documents.Count >= MostDocuments)
            {
                _documents.Clear();
            }

            _documents[uri] = (hash, outline);
        }

        return outline;
    }
}
