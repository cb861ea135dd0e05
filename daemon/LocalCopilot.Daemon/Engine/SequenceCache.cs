namespace LocalCopilot.Daemon.Engine;

/// <summary>
/// What each sequence of the KV cache holds, and which one a prompt continues best. Keeps no tensors: cutting and evaluating are
/// the caller's.
/// </summary>
/// <remarks>Owned by the engine's thread. Sequences are found by what they hold, so two windows on one document do not evict each other.</remarks>
internal sealed class SequenceCache
{
    private readonly Sequence[] _sequences;
    private long _clock;

    /// <param name="shared">Sequences for documents.</param>
    /// <remarks>One more is kept for evaluation, which then never evicts a document's.</remarks>
    public SequenceCache(int shared)
    {
        _sequences = new Sequence[shared + 1];
        for (int id = 0; id < _sequences.Length; id++)
        {
            _sequences[id] = new(id);
        }
    }

    public int Count => _sequences.Length;

    /// <summary>The sequence to evaluate a prompt in. What it holds that the prompt does not begin with has to be cut off by the caller.</summary>
    public Sequence Acquire(SequenceKey key, ReadOnlySpan<int> prompt, bool evaluation)
    {
        Sequence chosen = evaluation ? _sequences[^1] : Choose(key, prompt);
        if (chosen.Key.Adapter != key.Adapter)
        {
            chosen.Forgotten = true;
        }

        chosen.Key = key;
        chosen.LastUsed = ++_clock;
        return chosen;
    }

    private Sequence Choose(SequenceKey key, ReadOnlySpan<int> prompt)
    {
        Sequence? longest = null;
        int common = 0;
        int mine = 0;
        foreach (Sequence sequence in _sequences.AsSpan(0, _sequences.Length - 1))
        {
            mine += sequence.Key == key && sequence.Tokens.Count > 0 ? 1 : 0;
            int length = sequence.Key == key ? sequence.CommonPrefix(prompt) : 0;
            if (length > common)
            {
                (longest, common) = (sequence, length);
            }
        }

        // Most of the prompt is there: this is the same place in the document.
        if (longest is not null && (common >= prompt.Length / 2 || _sequences.Length == 2))
        {
            return longest;
        }

        // Another place in the document: a document has two at most, so that moving about in one leaves the others theirs.
        return mine >= 2 ? Oldest(sequence => sequence.Key == key) : Oldest(_ => true);
    }

    private Sequence Oldest(Func<Sequence, bool> filter)
    {
        Sequence? oldest = null;
        foreach (Sequence sequence in _sequences.AsSpan(0, _sequences.Length - 1))
        {
            if (filter(sequence) && (oldest is null || sequence.LastUsed < oldest.LastUsed))
            {
                oldest = sequence;
            }
        }

        return oldest!;
    }

    /// <summary>One sequence of the KV cache.</summary>
    internal sealed class Sequence(int id)
    {
        public int Id { get; } = id;

        /// <summary>The tokens in the KV cache, from position 0.</summary>
        public List<int> Tokens { get; } = [];

        /// <summary>Tokens from position 0 that were evaluated in whole tiles of flash attention; those after them were not.</summary>
        public int Tiled { get; set; }

        public SequenceKey Key { get; set; }

        public long LastUsed { get; set; }

        /// <summary>Whether its tokens were computed for another key and must not be continued.</summary>
        public bool Forgotten { get; set; }

        public int CommonPrefix(ReadOnlySpan<int> prompt) =>
            Forgotten ? 0 : prompt.CommonPrefixLength(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Tokens));
    }
}
