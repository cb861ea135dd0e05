namespace LocalCopilot.Daemon.Configuration;

/// <summary>settings.json has errors; the message lists all of them, each with what to do.</summary>
internal sealed class SettingsException(string file, IReadOnlyList<string> errors)
    : Exception($"{file} has {errors.Count} error{(errors.Count == 1 ? "" : "s")}:{string.Concat(errors.Select(error => $"{Environment.NewLine}  - {error}"))}")
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
