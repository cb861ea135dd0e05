using LibGit2Sharp;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Gives samples their text again, from the repository.</summary>
/// <remarks>Rules are looked at again each time: what they have learned since then counts. Keeps the texts used last. Not thread-safe.</remarks>
internal sealed class SampleTexts(Repository repository, FileRules rules, int maxFileBytes)
{
    private const int MostKept = 64;

    private readonly Dictionary<ObjectId, string?> _texts = [];
    private readonly Queue<ObjectId> _order = new();

    /// <returns>Null where it is not in the repository any more, or not to be learned from.</returns>
    public string? Of(string path, ObjectId blob) => rules.OfPath(path) is null ? Of(blob) : null;

    /// <returns>Null where it is not there any more, or not to be shown.</returns>
    public string? Of(ChunkPlace chunk) =>
        Of(chunk.Path, chunk.Blob) is { } text ? Chunker.Cut(text).FirstOrDefault(cut => cut.StartLine == chunk.StartLine).Text : null;

    private string? Of(ObjectId blob)
    {
        if (!_texts.TryGetValue(blob, out string? known))
        {
            BlobText read = BlobText.Read(repository, blob, maxFileBytes);
            known = FileRules.OfBlob(read) is null ? read.Text : null;
            if (_order.Count == MostKept)
            {
                _texts.Remove(_order.Dequeue());
            }

            _texts[blob] = known;
            _order.Enqueue(blob);
        }

        return known;
    }
}
