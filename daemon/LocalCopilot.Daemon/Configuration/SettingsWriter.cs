using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalCopilot.Daemon.Configuration;

/// <summary>Changes one value in settings.json and leaves the others; comments do not survive it.</summary>
internal static class SettingsWriter
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <exception cref="SettingsException">The file there is cannot be understood; it is left as it is.</exception>
    /// <exception cref="IOException">It cannot be written; the one before is left.</exception>
    public static async Task SetAsync(string file, string section, string name, string value, CancellationToken cancellationToken)
    {
        JsonObject settings = [];
        if (File.Exists(file))
        {
            try
            {
                settings = JsonNode.Parse(await File.ReadAllTextAsync(file, cancellationToken), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true })?.AsObject() ?? [];
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                throw new SettingsException(file, [$"It cannot be read: {exception.Message} Correct it, or move it away to use the defaults."]);
            }
        }

        if (settings[section] is not JsonObject values)
        {
            settings[section] = values = [];
        }

        values[name] = value;
        await AtomicFile.WriteAsync(file, Encoding.UTF8.GetBytes(settings.ToJsonString(Format) + "\n"), cancellationToken);
    }
}
