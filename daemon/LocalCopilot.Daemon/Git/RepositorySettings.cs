using System.Text.Json;
using MAB.DotIgnore;

namespace LocalCopilot.Daemon.Git;

/// <summary>What a repository itself asks for, in <c>.localcopilot.json</c> and <c>.localcopilotignore</c>. Both may only restrict.</summary>
/// <remarks>A file that cannot be understood restricts everything: better nothing than what somebody wanted left out.</remarks>
internal sealed class RepositorySettings
{
    public const string SettingsName = ".localcopilot.json";
    public const string IgnoreName = ".localcopilotignore";

    private readonly IgnoreList? _ignored;

    private RepositorySettings(string? disabledBy, IgnoreList? ignored)
    {
        DisabledBy = disabledBy;
        _ignored = ignored;
    }

    /// <summary>The file that turns LocalCopilot off for the repository, with the reason; null: it is on.</summary>
    public string? DisabledBy { get; }

    public static RepositorySettings Load(string root)
    {
        List<string> rules = [];
        string settings = Path.Combine(root, SettingsName);
        string ignore = Path.Combine(root, IgnoreName);
        try
        {
            if (File.Exists(ignore))
            {
                rules.AddRange(File.ReadAllLines(ignore));
            }

            if (File.Exists(settings))
            {
                using JsonDocument document = JsonDocument.Parse(File.ReadAllText(settings), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
                if (document.RootElement.TryGetProperty("enabled", out JsonElement enabled) && !enabled.GetBoolean())
                {
                    return new($"{settings} says \"enabled\": false", null);
                }

                if (document.RootElement.TryGetProperty("exclude", out JsonElement exclude))
                {
                    rules.AddRange(exclude.EnumerateArray().Select(rule => rule.GetString() ?? throw new FormatException("null is no pattern")));
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            return new($"{settings} or {ignore} cannot be read: {exception.Message}", null);
        }

        return new(null, rules.Count > 0 ? new IgnoreList(rules) : null);
    }

    /// <param name="path">Relative to the root, with forward slashes.</param>
    public bool Excludes(string path) => DisabledBy is not null || _ignored?.IsIgnored("/" + path, pathIsDirectory: false) == true;
}
