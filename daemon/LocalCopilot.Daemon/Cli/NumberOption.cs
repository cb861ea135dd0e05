using System.CommandLine;
using System.Globalization;

namespace LocalCopilot.Daemon.Cli;

/// <summary>An option that takes a whole number; null where it was left out.</summary>
internal sealed class NumberOption : Option<int?>
{
    /// <param name="least">The smallest number that it takes, not below 0.</param>
    public NumberOption(string name, int least)
        : base(name)
    {
        HelpName = "number";
        CustomParser = result =>
        {
            string given = result.Tokens is [{ } token] ? token.Value : "";
            if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least)
            {
                return number;
            }

            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is '{given}'. Write a whole number of {least} or more."));
            return null;
        };
    }
}
