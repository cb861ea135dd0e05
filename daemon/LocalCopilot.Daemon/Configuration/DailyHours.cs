using System.Globalization;

namespace LocalCopilot.Daemon.Configuration;

/// <summary>A part of the day, which may go over midnight.</summary>
internal readonly record struct DailyHours(TimeOnly From, TimeOnly To)
{
    /// <param name="text">Such as <c>22:00-06:00</c>; empty: all hours.</param>
    public static bool TryParse(string text, out DailyHours hours)
    {
        hours = default;
        if (text.Length == 0)
        {
            return true;
        }

        string[] parts = text.Split('-', StringSplitOptions.TrimEntries);
        if (parts.Length != 2 || !TimeOnly.TryParseExact(parts[0], "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly from) || !TimeOnly.TryParseExact(parts[1], "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly to))
        {
            return false;
        }

        hours = new(from, to);
        return true;
    }

    public bool Contains(TimeOnly time) => From == To || time.IsBetween(From, To);
}
