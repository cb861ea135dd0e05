using System.Globalization;

namespace LocalCopilot.Daemon.Cli;

/// <summary>A place in a file as people write it: <c>FILE:LINE:COLUMN</c>, both counted from 1, the column in UTF-16 units.</summary>
internal readonly record struct FilePlace(string File, int Line, int Column)
{
    /// <param name="text">The file's name may hold colons itself.</param>
    /// <returns>Null for what is no place.</returns>
    public static FilePlace? Parse(string text)
    {
        string[] parts = text.Split(':');
        return parts.Length >= 3
            && int.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out int line) && line > 0
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int column) && column > 0
            && string.Join(':', parts[..^2]) is { Length: > 0 } file
            ? new FilePlace(file, line, column)
            : null;
    }
}
