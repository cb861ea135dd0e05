namespace LocalCopilot.Protocol;

/// <summary>The version of the wire contract that this library describes, as <c>major.minor</c>.</summary>
/// <remarks>Another major version is refused with <see cref="ErrorCodes.ProtocolVersionMismatch"/>; another minor version is understood, since unknown fields are ignored.</remarks>
public static class ProtocolVersion
{
    /// <summary>This library's version.</summary>
    public const string Current = "1.0";

    /// <summary>The part before the first dot.</summary>
    /// <param name="version">A version as <c>major.minor</c>.</param>
    /// <returns>The major version; null where <paramref name="version"/> is no version.</returns>
    public static int? Major(string? version)
    {
        ReadOnlySpan<char> text = version;
        int dot = text.IndexOf('.');
        return int.TryParse(dot < 0 ? text : text[..dot], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int major) ? major : null;
    }
}
