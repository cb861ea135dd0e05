using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalCopilot.Protocol;

/// <summary>Writes an enumeration's members in camelCase, and takes no numbers.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
