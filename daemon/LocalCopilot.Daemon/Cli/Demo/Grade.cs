using System.Globalization;
using Spectre.Console;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>How good a completion is, in a word and in a colour.</summary>
internal static class Grade
{
    /// <summary>From here on a suggestion is worth a closer look.</summary>
    private const double Alike = 0.6;

    public static string Of(DemoItem item) => item switch
    {
        { Score.ExactMatch: true } => "exact",
        { Completion: "" } => "no suggestion",
        _ => string.Create(CultureInfo.InvariantCulture, $"{item.Score.Similarity * 100:0} % alike"),
    };

    public static Style StyleOf(DemoItem item) => item switch
    {
        { Score.ExactMatch: true } => new(Color.Green),
        { Score.Similarity: >= Alike } => new(Color.Yellow),
        { Completion: "" } => new(decoration: Decoration.Dim),
        _ => new(Color.Maroon),
    };
}
