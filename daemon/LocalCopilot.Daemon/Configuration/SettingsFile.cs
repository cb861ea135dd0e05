using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace LocalCopilot.Daemon.Configuration;

/// <summary>Reads settings.json: JSON with comments, camelCase names, durations as <c>hh:mm:ss</c>. Everything is optional.</summary>
internal static class SettingsFile
{
    private static readonly JsonDocumentOptions Format = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="SettingsException">With every error, of form and of range.</exception>
    public static LocalCopilotOptions Load(string file)
    {
        if (!File.Exists(file))
        {
            return new();
        }

        List<string> errors = [];
        LocalCopilotOptions options = new();
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file), Format);
            Apply(document.RootElement, options, "", errors);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            errors.Add($"It cannot be read: {exception.Message} Correct it, or move it away to use the defaults.");
        }

        errors.AddRange(OptionsRules.Check(options));
        return errors.Count == 0 ? options : throw new SettingsException(file, errors);
    }

    private static void Apply(JsonElement element, object target, string path, List<string> errors)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add($"{(path.Length == 0 ? "The file" : path)} is {Describe(element)}; write an object, {{ ... }}.");
            return;
        }

        PropertyInfo[] properties = target.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (JsonProperty setting in element.EnumerateObject())
        {
            string name = path.Length == 0 ? setting.Name : $"{path}.{setting.Name}";
            PropertyInfo? property = Array.Find(properties, candidate => JsonNamingPolicy.CamelCase.ConvertName(candidate.Name) == setting.Name);
            if (property is null)
            {
                errors.Add($"{name} is no setting. Known here: {string.Join(", ", properties.Select(candidate => JsonNamingPolicy.CamelCase.ConvertName(candidate.Name)))}.");
            }
            else if (property.PropertyType.Namespace == typeof(LocalCopilotOptions).Namespace)
            {
                Apply(setting.Value, property.GetValue(target)!, name, errors);
            }
            else if (Convert(setting.Value, property.PropertyType) is { } value)
            {
                property.SetValue(target, value);
            }
            else
            {
                errors.Add($"{name} is {Describe(setting.Value)}; write {Expected(property.PropertyType)}.");
            }
        }
    }

    private static object? Convert(JsonElement value, Type type)
    {
        if (type == typeof(int))
        {
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;
        }

        if (type == typeof(double))
        {
            return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
        }

        if (type == typeof(bool))
        {
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
        }

        if (type == typeof(TimeSpan))
        {
            return value.ValueKind == JsonValueKind.String && TimeSpan.TryParse(value.GetString(), CultureInfo.InvariantCulture, out TimeSpan span) ? span : null;
        }

        return type == typeof(string) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static string Expected(Type type) => type switch
    {
        _ when type == typeof(int) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a duration such as \"00:10:00\"",
        _ => "a text in quotes",
    };

    private static string Describe(JsonElement value) => value.GetRawText() is { Length: <= 60 } text ? text : value.ValueKind.ToString();
}
