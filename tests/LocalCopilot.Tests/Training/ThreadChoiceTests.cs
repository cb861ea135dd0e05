using LocalCopilot.Training;
using Microsoft.Extensions.Time.Testing;

namespace LocalCopilot.Tests.Training;

/// <summary>Threads that have to share processors are given up for a while, since they would wait for each other.</summary>
public class ThreadChoiceTests
{
    private readonly FakeTimeProvider _time = new();
    private TimeSpan _computed;

    [Fact]
    public void All_threads_are_used_while_they_have_the_processors_for_themselves()
    {
        ThreadChoice choice = new(4, () => _computed, _time);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(4, Step(choice, share: 0.97)));
    }

    [Fact]
    public void Where_others_compute_one_thread_is_used_and_all_are_tried_again_less_and_less_often()
    {
        ThreadChoice choice = new(2, () => _computed, _time);
        string busy = string.Concat(Enumerable.Range(0, 60).Select(_ => Step(choice, share: 0.3)));
        Assert.Equal("2" + new string('1', 8) + "2" + new string('1', 16) + "2" + new string('1', 32) + "2", busy);

        // The machine is free again: as soon as that is noticed, all stay.
        string free = string.Concat(Enumerable.Range(0, 100).Select(_ => Step(choice, share: 0.97)));
        Assert.Equal(new string('1', 64) + new string('2', 36), free);
    }

    [Fact]
    public void One_thread_stays_one()
    {
        ThreadChoice choice = new(1, () => _computed, _time);
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal(1, Step(choice, share: 0.1)));
    }

    private int Step(ThreadChoice choice, double share)
    {
        int threads = choice.Threads;
        choice.Begin();
        _time.Advance(TimeSpan.FromSeconds(1));
        _computed += share * threads * TimeSpan.FromSeconds(1);
        choice.End();
        return threads;
    }
}
