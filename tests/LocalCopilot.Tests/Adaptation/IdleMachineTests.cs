using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Engine;
using Microsoft.Extensions.Time.Testing;

namespace LocalCopilot.Tests.Adaptation;

public class IdleMachineTests
{
    private readonly FakeTimeProvider _time = new(new(2026, 3, 1, 23, 30, 0, TimeSpan.Zero));
    private readonly CompletionActivity _activity;
    private bool _onBattery;
    private TimeSpan _others;
    private TimeSpan _own;

    public IdleMachineTests() => _activity = new(_time);

    [Fact]
    public void A_quiet_machine_is_idle()
    {
        IdleMachine machine = Machine(new());
        _ = machine.WhyNot();
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Null(machine.WhyNot());
    }

    [Fact]
    public void Who_types_is_left_alone()
    {
        IdleMachine machine = Machine(new());
        _time.Advance(TimeSpan.FromMinutes(2));
        _activity.Note();
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Contains("a moment ago", machine.WhyNot(), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(machine.WhyNot());
    }

    [Fact]
    public void Other_programs_count_and_this_one_does_not()
    {
        IdleMachine machine = Machine(new());
        _time.Advance(TimeSpan.FromMinutes(2));
        _ = machine.WhyNot();
        _time.Advance(TimeSpan.FromSeconds(10));
        _own += TimeSpan.FromSeconds(20);
        Assert.Null(machine.WhyNot());

        _time.Advance(TimeSpan.FromSeconds(10));
        _others += TimeSpan.FromSeconds(9);
        Assert.Contains("busy", machine.WhyNot(), StringComparison.Ordinal);
    }

    [Fact]
    public void On_battery_nothing_begins_or_goes_on_unless_it_is_allowed()
    {
        _time.Advance(TimeSpan.FromMinutes(2));
        _onBattery = true;

        Assert.Contains("battery", Machine(new()).WhyNot(), StringComparison.Ordinal);
        Assert.Contains("battery", Machine(new()).WhyNotGoOn(), StringComparison.Ordinal);
        Assert.Null(Machine(new() { OnBattery = true }).WhyNot());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("22:00-06:00", true)]
    [InlineData("06:00-22:00", false)]
    [InlineData("23:30-23:31", true)]
    [InlineData("0:00-23:30", false)]
    public void It_keeps_its_hours(string hours, bool isIn) => Assert.Equal(isIn, Machine(new() { Hours = hours }).WhyNotGoOn() is null);

    [Theory]
    [InlineData("22-6")]
    [InlineData("22:00")]
    [InlineData("25:00-26:00")]
    [InlineData("always")]
    public void Hours_that_are_none_are_an_error_of_the_settings(string hours) =>
        Assert.Contains(OptionsRules.Check(new() { Adaptation = new() { Hours = hours } }), error => error.Contains(hours, StringComparison.Ordinal) && error.Contains("22:00-06:00", StringComparison.Ordinal));

    [Fact]
    public void Power_supplies_are_read_as_Linux_describes_them()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lc-power-");
        Assert.False(PowerSupply.IsOnBattery(folder.FullName));
        Write("BAT0", ("type", "Battery"), ("status", "Discharging"));
        Assert.True(PowerSupply.IsOnBattery(folder.FullName));
        Write("AC", ("type", "Mains"), ("online", "1"));
        Assert.False(PowerSupply.IsOnBattery(folder.FullName));
        Write("AC", ("type", "Mains"), ("online", "0"));
        Assert.True(PowerSupply.IsOnBattery(folder.FullName));
        Write("BAT0", ("type", "Battery"), ("status", "Full"));
        Write("mouse", ("type", "Battery"), ("status", "Discharging"), ("scope", "Device"));
        Assert.False(PowerSupply.IsOnBattery(folder.FullName));
        folder.Delete(recursive: true);

        void Write(string supply, params (string Name, string Value)[] values)
        {
            Directory.CreateDirectory(Path.Combine(folder.FullName, supply));
            foreach (var (name, value) in values)
            {
                File.WriteAllText(Path.Combine(folder.FullName, supply, name), value + "\n");
            }
        }
    }

    private IdleMachine Machine(AdaptationOptions options) => new(_activity, options, _time, () => _onBattery, () => new ProcessorUse(_others + _own, _own, TimeSpan.Zero, 1));
}
