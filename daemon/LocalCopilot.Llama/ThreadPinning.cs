using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama;

/// <summary>A processor for each thread that computes, where there are as many threads as processors.</summary>
/// <remarks>
/// ggml's threads wait for each other after every operation. Where one of them is woken while the other processor is busy for an
/// instant, Linux may put both on one, and the one that waits keeps the other from computing until the scheduler's next tick: one
/// evaluation in six took 10 ms longer (docs/performance.md). Used by the thread that evaluates, which is one of them.
/// </remarks>
internal sealed unsafe class ThreadPinning
{
    private const int BitsOfWord = 64;

    /// <summary>Of a mask that has a bit for each processor that ggml can tell apart.</summary>
    private const int Words = ThreadPoolParams.MaxThreads / BitsOfWord;

    private readonly int[] _processors;
    private bool _isPinned;

    private ThreadPinning(int[] processors)
    {
        _processors = processors;
    }

    /// <summary>Processors of the threads. ggml shares them out in their order, and has the one that evaluates last.</summary>
    public ReadOnlySpan<int> Processors => _processors;

    /// <returns>Null where the system decides better by itself: with fewer threads than processors it finds a free one, and elsewhere than on Linux nothing was measured.</returns>
    public static ThreadPinning? TryCreate(int threads) =>
        threads > 1 && OperatingSystem.IsLinux() && ProcessorsOfProcess() is var processors && processors.Length == threads ? new(processors) : null;

    /// <summary>Keeps the calling thread on its processor while all threads compute. When it computes alone, any other may be the free one.</summary>
    public void Use(int threads)
    {
        bool pin = threads == _processors.Length;
        if (pin != _isPinned)
        {
            _isPinned = pin;
            Allow(pin ? Processors[^1..] : Processors);
        }
    }

    private static int[] ProcessorsOfProcess()
    {
        ulong* mask = stackalloc ulong[Words];
        return AffinityNative.Get(Environment.ProcessId, Words * sizeof(ulong), mask) < 0 ? []
            : [.. Enumerable.Range(0, Words * BitsOfWord).Where(processor => (mask[processor / BitsOfWord] >> (processor % BitsOfWord) & 1) != 0)];
    }

    /// <remarks>A processor that is not there any more is no reason to stop: the thread stays where it may run.</remarks>
    private static void Allow(ReadOnlySpan<int> processors)
    {
        ulong* mask = stackalloc ulong[Words];
        foreach (int processor in processors)
        {
            mask[processor / BitsOfWord] |= 1UL << (processor % BitsOfWord);
        }

        _ = AffinityNative.Set(0, Words * sizeof(ulong), mask);
    }
}
