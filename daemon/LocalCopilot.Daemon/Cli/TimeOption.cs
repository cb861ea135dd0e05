using System.CommandLine;
using System.Globalization;

namespace LocalCopilot.Daemon.Cli;

/// <summary>An option that takes a day, which begins at midnight here, or a time; null where it was left out.</summary>
internal sealed class TimeOption : Option<DateTimeOffset?>
{
    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public TimeOption(string name, TimeProvider time)
        : base(name)
    {
        HelpName = "date";
        CustomParser = result =>
        {
            string given = result.Tokens is [{ } token] ? token.Value : "";
            if (DateTime.TryParseExact(given, ["yyyy-MM-dd", .. Times], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime parsed))
            {
                return parsed.Kind == DateTimeKind.Unspecified
                    ? new(parsed, time.LocalTimeZone.GetUtcOffset(parsed))
                    : DateTimeOffset.ParseExact(given, Times, CultureInfo.InvariantCulture);
            }

            result.AddError($"{name} is '{given}'. Write a day, such as 2026-03-01, or a time, such as 2026-03-01T09:00:00+01:00.");
            return null;
        };
    }
}
