using System.Globalization;

namespace LocalCopilot.Daemon.Cli;

/// <summary>Durations for people, as exact as they can be known.</summary>
internal static class TimeLeft
{
    public static string Describe(TimeSpan time) => time.TotalSeconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, time.TotalSeconds):0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
    };
}
