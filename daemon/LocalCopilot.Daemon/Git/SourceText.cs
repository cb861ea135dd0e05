using System.Text;

namespace LocalCopilot.Daemon.Git;

/// <summary>Reads a source file as text, if it is text.</summary>
internal static class SourceText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>Null for what is missing, too large, a link, binary, not UTF-8, or cannot be read.</returns>
    public static string? TryRead(string file, int maxBytes)
    {
        try
        {
            FileInfo info = new(file);
            if (!info.Exists || info.Length > maxBytes || info.LinkTarget is not null)
            {
                return null;
            }

            return TryDecode(File.ReadAllBytes(file));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <returns>Null for what is binary or not UTF-8; a byte order mark is left out.</returns>
    public static string? TryDecode(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> content = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        try
        {
            return content.Contains((byte)0) ? null : Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
