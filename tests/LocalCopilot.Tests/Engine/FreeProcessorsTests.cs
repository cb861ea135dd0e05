using LocalCopilot.Daemon.Engine;
using Microsoft.Extensions.Time.Testing;

namespace LocalCopilot.Tests.Engine;

public class FreeProcessorsTests
{
    private readonly FakeTimeProvider _time = new();
    private TimeSpan _all;
    private TimeSpan _own;
    private TimeSpan _givingWay;
    private int _running = 1;

    [Fact]
    public void What_this_process_computes_is_free_for_it()
    {
        FreeProcessors free = Of(2);
        Assert.Equal(2, free.Count());

        Pass(milliseconds: 200, others: 0.1, own: 1.9);

        Assert.Equal(2, free.Count());
    }

    [Theory]
    [InlineData(0.55, 4)]
    [InlineData(0.65, 3)]
    [InlineData(1.0, 3)]
    [InlineData(2.9, 1)]
    [InlineData(4.0, 1)]
    public void What_others_compute_is_not(double others, int expected)
    {
        FreeProcessors free = Of(4);
        free.Count();

        Pass(milliseconds: 500, others, own: 0);

        Assert.Equal(expected, free.Count());
    }

    [Fact]
    public void What_gives_way_is_free()
    {
        FreeProcessors free = Of(2);
        free.Count();

        Pass(milliseconds: 500, others: 0.3, own: 0.1, givingWay: 1.6);

        Assert.Equal(2, free.Count());
    }

    [Fact]
    public void After_a_pause_it_counts_who_wants_to_compute_at_this_instant()
    {
        FreeProcessors free = Of(2);
        free.Count();

        Pass(milliseconds: 60_000, others: 0, own: 0);
        _running = 3;

        Assert.Equal(1, free.Count());
    }

    [Fact]
    public void Who_has_sent_the_request_after_a_pause_is_not_counted()
    {
        FreeProcessors free = Of(2);
        free.Count();

        Pass(milliseconds: 60_000, others: 0, own: 0);
        _running = 2;

        Assert.Equal(2, free.Count());
    }

    [Fact]
    public void A_short_pause_is_no_reason_to_go_by_an_instant()
    {
        FreeProcessors free = Of(2);
        free.Count();

        Pass(milliseconds: 3_000, others: 0.1, own: 0);
        _running = 4;

        Assert.Equal(2, free.Count());
    }

    [Fact]
    public void A_moment_later_nothing_is_read_again()
    {
        FreeProcessors free = Of(2);
        free.Count();

        Pass(milliseconds: 20, others: 2, own: 0);

        Assert.Equal(2, free.Count());
    }

    [Fact]
    public void Where_nothing_is_known_all_are_free() => Assert.Equal(8, new FreeProcessors(8, _time, () => null).Count());

    [Fact]
    public void The_system_tells()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Read from /proc.");
        ProcessorUse before = ProcessorUse.Read()!.Value;
        while (ProcessorUse.Read()!.Value.Own - before.Own < TimeSpan.FromMilliseconds(200))
        {
            // Compute.
        }

        ProcessorUse use = ProcessorUse.Read()!.Value;
        Assert.True(use.Running >= 1);
        Assert.True(use.All - before.All >= TimeSpan.FromMilliseconds(150), $"{use.All - before.All}");
    }

    private FreeProcessors Of(int processors) => new(processors, _time, () => new(_all, _own, _givingWay, _running));

    /// <param name="others">Processors that others use meanwhile.</param>
    /// <param name="own">Processors that this process uses.</param>
    /// <param name="givingWay">Processors that programs of lower priority use.</param>
    private void Pass(int milliseconds, double others, double own, double givingWay = 0)
    {
        TimeSpan passed = TimeSpan.FromMilliseconds(milliseconds);
        _time.Advance(passed);
        _all += passed * (others + own + givingWay);
        _givingWay += passed * givingWay;
        _own += passed * own;
    }
}
