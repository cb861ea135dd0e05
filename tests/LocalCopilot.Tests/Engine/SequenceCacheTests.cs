using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Tests.Engine;

public class SequenceCacheTests
{
    private static readonly int[] Here = [.. Enumerable.Range(0, 100)];
    private static readonly int[] There = [.. Enumerable.Range(500, 100)];

    [Fact]
    public void A_prompt_is_continued_in_the_sequence_that_holds_its_beginning()
    {
        SequenceCache cache = new(4);
        SequenceCache.Sequence first = Fill(cache, "a", Here);
        Fill(cache, "b", There);

        Assert.Same(first, cache.Acquire(new("a"), [.. Here, 7, 8], evaluation: false));
        Assert.Equal(100, first.CommonPrefix([.. Here, 7, 8]));
    }

    [Fact]
    public void Two_places_in_one_document_do_not_evict_each_other()
    {
        SequenceCache cache = new(4);
        SequenceCache.Sequence here = Fill(cache, "a", Here);
        SequenceCache.Sequence there = Fill(cache, "a", There);

        Assert.NotSame(here, there);
        Assert.Same(here, cache.Acquire(new("a"), Here, evaluation: false));
        Assert.Same(there, cache.Acquire(new("a"), There, evaluation: false));
    }

    [Fact]
    public void Moving_about_in_one_document_leaves_the_others_theirs()
    {
        SequenceCache cache = new(3);
        SequenceCache.Sequence other = Fill(cache, "b", There);
        for (int place = 0; place < 10; place++)
        {
            Fill(cache, "a", [.. Enumerable.Range(place * 1000, 100)]);
        }

        Assert.Same(other, cache.Acquire(new("b"), There, evaluation: false));
    }

    [Fact]
    public void Evaluation_has_a_sequence_of_its_own()
    {
        SequenceCache cache = new(1);
        SequenceCache.Sequence document = Fill(cache, "a", Here);

        Assert.NotSame(document, cache.Acquire(new("evaluation"), There, evaluation: true));
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public void What_another_adapter_computed_is_not_continued()
    {
        SequenceCache cache = new(1);
        Fill(cache, "a", Here);

        SequenceCache.Sequence sequence = cache.Acquire(new("a", new("adapter", "adapter.gguf")), Here, evaluation: false);

        Assert.Equal(0, sequence.CommonPrefix(Here));
    }

    [Fact]
    public void Hurried_prompts_have_a_sequence_of_their_own_and_evict_no_document()
    {
        SequenceCache cache = new(1);
        SequenceCache.Sequence whole = Fill(cache, "a", Here);
        SequenceCache.Sequence hurried = cache.Acquire(new("a", IsHurried: true), Here, evaluation: false);
        hurried.Tokens.AddRange(There);

        Assert.NotSame(whole, hurried);
        Assert.Same(hurried, cache.Acquire(new("b", IsHurried: true), There, evaluation: false));
        Assert.Same(whole, cache.Find(new("a"), Here));
        Assert.Null(cache.Find(new("a"), There));
    }

    private static SequenceCache.Sequence Fill(SequenceCache cache, string document, int[] tokens)
    {
        SequenceCache.Sequence sequence = cache.Acquire(new(document), tokens, evaluation: false);
        sequence.Tokens.Clear();
        sequence.Tokens.AddRange(tokens);
        return sequence;
    }
}
