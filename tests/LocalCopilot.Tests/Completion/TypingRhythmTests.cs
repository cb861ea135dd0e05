using LocalCopilot.Daemon.Completion.Rhythm;
using Microsoft.Extensions.Time.Testing;

namespace LocalCopilot.Tests.Completion;

public class TypingRhythmTests
{
    [Theory]
    [InlineData(120, 30, 0)]
    [InlineData(120, 200, 180)]
    [InlineData(400, 900, 250)]
    public void An_answer_is_held_back_only_where_it_would_be_stale(int interval, int response, int delay) =>
        Assert.Equal(TimeSpan.FromMilliseconds(delay), StartDelay.For(TimeSpan.FromMilliseconds(interval), TimeSpan.FromMilliseconds(response)));

    [Fact]
    public void Nothing_is_held_back_before_anything_is_known()
    {
        Assert.Equal(TimeSpan.Zero, StartDelay.For(null, TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.Zero, StartDelay.For(TimeSpan.FromSeconds(1), null));
    }

    [Fact]
    public void Pauses_are_no_part_of_the_rhythm()
    {
        FakeTimeProvider time = new();
        TypingRhythm rhythm = new(time);
        foreach (int milliseconds in (int[])[0, 100, 110, 5000, 90, 120])
        {
            time.Advance(TimeSpan.FromMilliseconds(milliseconds + 1));
            rhythm.Typed();
        }

        Assert.InRange(rhythm.Interval!.Value.TotalMilliseconds, 90, 125);
    }

    [Fact]
    public void A_slow_model_and_a_fast_typist_make_a_delay()
    {
        FakeTimeProvider time = new();
        TypingRhythms rhythms = new(time);
        rhythms.Answered(TimeSpan.FromMilliseconds(300));
        TimeSpan delay = TimeSpan.Zero;
        for (int i = 0; i < 6; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            rhythms.Typed("file:///a.cs");
            delay = rhythms.DelayFor("file:///a.cs");
        }

        Assert.Equal(TimeSpan.FromMilliseconds(150), delay);
    }
}
