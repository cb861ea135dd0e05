using System.Text;
using System.Text.Json;

namespace LocalCopilot.Daemon.Configuration;

/// <summary>Changes one value in settings.json. Everything else stays as its writer left it: other settings, comments, layout.</summary>
internal static class SettingsWriter
{
    private static readonly JsonReaderOptions Format = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="SettingsException">The file there cannot be understood; it is left as it is.</exception>
    /// <exception cref="IOException">It cannot be written; the one before is left.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written; the one before is left.</exception>
    public static Task SetAsync(string file, string section, string name, string value, CancellationToken cancellationToken) =>
        ChangeAsync(file, text => Set(text, section, name, value), cancellationToken);

    /// <inheritdoc cref="SetAsync(string, string, string, string, CancellationToken)"/>
    public static Task SetAsync(string file, string section, string name, bool value, CancellationToken cancellationToken) =>
        ChangeAsync(file, text => Set(text, section, name, value), cancellationToken);

    /// <exception cref="JsonException">The text is no JSON object.</exception>
    internal static string Set(string text, string section, string name, string value) =>
        SetLiteral(text, section, name, $"\"{JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");

    /// <exception cref="JsonException">The text is no JSON object.</exception>
    internal static string Set(string text, string section, string name, bool value) => SetLiteral(text, section, name, value ? "true" : "false");

    private static async Task ChangeAsync(string file, Func<string, string> change, CancellationToken cancellationToken)
    {
        // Where the settings are a link, into a folder under version control say, the file behind it is replaced.
        string target = File.Exists(file) ? File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file : file;
        string text = File.Exists(target) ? await File.ReadAllTextAsync(target, cancellationToken) : "";
        string changed;
        try
        {
            changed = change(text);
        }
        catch (JsonException exception)
        {
            throw new SettingsException(file, [$"It cannot be read: {exception.Message} Correct it, or move it away to use the defaults."]);
        }

        await AtomicFile.WriteAsync(target, Encoding.UTF8.GetBytes(changed), cancellationToken);
    }

    private static string SetLiteral(string text, string section, string name, string literal)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return $"{{\n  \"{section}\": {{\n    \"{name}\": {literal}\n  }}\n}}\n";
        }

        byte[] json = Encoding.UTF8.GetBytes(text);
        Place root = Find(json, 0, section);
        if (root.Value is not { } outer)
        {
            return Insert(json, root, $"\n  \"{section}\": {{\n    \"{name}\": {literal}\n  }}", "\n");
        }

        if (json[outer.Start] != (byte)'{')
        {
            return Replace(json, outer, $"{{ \"{name}\": {literal} }}");
        }

        Place inner = Find(json.AsSpan(outer.Start, outer.Length), outer.Start, name);
        return inner.Value is { } old ? Replace(json, old, literal) : Insert(json, inner, $"\n    \"{name}\": {literal}", "\n  ");
    }

    /// <summary>Looks for a property of the object that is the whole of <paramref name="json"/>. Of several with the name the last one counts, as it does in <see cref="SettingsFile"/>.</summary>
    private static Place Find(ReadOnlySpan<byte> json, int offset, string property)
    {
        Utf8JsonReader reader = new(json, Format);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("It is no object, { ... }.");
        }

        Place place = new(offset + (int)reader.BytesConsumed, IsEmpty: true, null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool wanted = reader.ValueTextEquals(property);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            place = place with
            {
                IsEmpty = false,
                Value = wanted ? new(offset + start, (int)reader.BytesConsumed - start) : place.Value,
            };
        }

        // What follows the object must be read too, to know that there is nothing.
        while (reader.Read())
        {
        }

        return place;
    }

    private static string Insert(byte[] json, Place place, string property, string end) =>
        Encoding.UTF8.GetString([.. json.AsSpan(0, place.Inside), .. Encoding.UTF8.GetBytes(place.IsEmpty ? property + end : property + ","), .. json.AsSpan(place.Inside)]);

    private static string Replace(byte[] json, Extent old, string value) =>
        Encoding.UTF8.GetString([.. json.AsSpan(0, old.Start), .. Encoding.UTF8.GetBytes(value), .. json.AsSpan(old.Start + old.Length)]);

    private readonly record struct Extent(int Start, int Length);

    /// <param name="Inside">The byte after the object's opening brace.</param>
    /// <param name="Value">The property's value; null where the object does not have it.</param>
    private readonly record struct Place(int Inside, bool IsEmpty, Extent? Value);
}
