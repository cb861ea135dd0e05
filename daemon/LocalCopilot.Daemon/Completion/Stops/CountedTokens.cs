using LocalCopilot.Daemon.Engine;

namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>Counts the tokens of one request as they come, so that it is known what a cancelled one has cost.</summary>
/// <remarks>Written by the engine's thread, one alternative after the other; read by the one who waits for the result.</remarks>
internal sealed class CountedTokens
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public IStopCondition Over(IStopCondition stop) => new Counting(this, stop);

    private sealed class Counting(CountedTokens owner, IStopCondition stop) : IStopCondition
    {
        public int? Observe(string text)
        {
            Interlocked.Increment(ref owner._count);
            return stop.Observe(text);
        }
    }
}
