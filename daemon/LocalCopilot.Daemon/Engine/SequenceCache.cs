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
    /// <remarks>One more is kept for evaluation and one for hurried prompts, which then never evict a document's.</remarks>
    public SequenceCache(int shared)
    {
        _sequences = new Sequence[SequencesFor(shared)];
        for (int id = 0; id < _sequences.Length; id++)
        {
            _sequences[id] = new(id);
        }
    }

    public int Count => _sequences.Length;

    private Span<Sequence> Shared => _sequences.AsSpan(0, _sequences.Length - SequencesFor(0));

    private Sequence Hurried => _sequences[^2];

    private Sequence Evaluation => _sequences[^1];

    /// <summary>Sequences that the KV cache needs for so many shared ones.</summary>
    public static int SequencesFor(int shared) => shared + 2;

    /// <summary>The sequence to evaluate a prompt in. What it holds that the prompt does not begin with has to be cut off by the caller.</summary>
    public Sequence Acquire(SequenceKey key, ReadOnlySpan<int> prompt, bool evaluation)
    {
        Sequence chosen = evaluation ? Evaluation : key.IsHurried ? Hurried : Choose(key, prompt);
        if (chosen.Key.Adapter != key.Adapter)
        {
            chosen.Forgotten = true;
        }

        chosen.Key = key;
        chosen.LastUsed = ++_clock;
        return chosen;
    }

    /// <summary>The sequence that holds the most of a prompt's beginning; null: none holds any of it. Changes nothing.</summary>
    public Sequence? Find(SequenceKey key, ReadOnlySpan<int> prompt)
    {
        Sequence? longest = null;
        int common = 0;
        foreach (Sequence sequence in _sequences)
        {
            int length = sequence.Key == key ? sequence.CommonPrefix(prompt) : 0;
            if (length > common)
            {
                (longest, common) = (sequence, length);
            }
        }

        return longest;
    }

    private Sequence Choose(SequenceKey key, ReadOnlySpan<int> prompt)
    {
        // Most of the prompt is there: this is the same place in the document.
        if (Find(key, prompt) is { } longest && (longest.CommonPrefix(prompt) >= prompt.Length / 2 || Shared.Length == 1))
        {
            return longest;
        }

        // Another place in the document: a document has two at most, so that moving about in one leaves the others theirs.
        int mine = 0;
        foreach (Sequence sequence in Shared)
        {
            mine += sequence.Key == key && sequence.Tokens.Count > 0 ? 1 : 0;
        }

        return mine >= 2 ? Oldest(sequence => sequence.Key == key) : Oldest(_ => true);
    }

    private Sequence Oldest(Func<Sequence, bool> filter)
    {
        Sequence? oldest = null;
        foreach (Sequence sequence in Shared)
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
