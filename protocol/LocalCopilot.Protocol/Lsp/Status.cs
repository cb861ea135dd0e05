using System.Text.Json.Serialization;

namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LspMethods.DidChangeStatus"/>.</summary>
/// <param name="Kind">How the server is.</param>
/// <param name="Busy">True while it works on something that the user waits for.</param>
/// <param name="Message">For people; empty where there is nothing to say.</param>
public sealed record DidChangeStatusParams(StatusKind Kind, bool Busy, string Message);

/// <summary>How the server is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StatusKind>))]
public enum StatusKind
{
    /// <summary>All is well.</summary>
    Normal,

    /// <summary>It works, with a limit that the message names.</summary>
    Warning,

    /// <summary>It gives no completions; the message says what to do.</summary>
    Error,

    /// <summary>Turned off.</summary>
    Inactive,
}
