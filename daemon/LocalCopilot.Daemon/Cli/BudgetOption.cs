using System.CommandLine;
using System.Globalization;

namespace LocalCopilot.Daemon.Cli;

/// <summary>How long a round of learning may train: a number and its unit, a second to a week; null where it was left out.</summary>
internal sealed class BudgetOption : Option<TimeSpan?>
{
    private static readonly TimeSpan Most = TimeSpan.FromDays(7);

    /// <param name="leftOut">What holds where it is left out.</param>
    public BudgetOption(string leftOut)
        : base("--budget")
    {
        HelpName = "TIME";
        Description = $"Time that training may compute, such as 90s, 5m or 1h; left out: {leftOut}.";
        CustomParser = result =>
        {
            string given = result.Tokens is [{ } token] ? token.Value : "";
            double unit = given.Length == 0 ? 0 : given[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
            if (unit > 0 && double.TryParse(given[..^1], CultureInfo.InvariantCulture, out double number) && number * unit >= 1 && number * unit <= Most.TotalSeconds)
            {
                return TimeSpan.FromSeconds(number * unit);
            }

            result.AddError($"{Name} is '{given}'. Write a number and s, m or h, such as 90s or 5m.");
            return null;
        };
    }
}
