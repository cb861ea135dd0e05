using System.Collections.Concurrent;

namespace LocalCopilot.Daemon.Git;

/// <summary>Says, for every completion, whether its repository is turned off, and sees when that changes.</summary>
/// <remarks>Usable from any thread. A repository's files are read again only when their times or sizes have changed.</remarks>
internal sealed class DisabledRepositories
{
    private const int MostKnown = 64;

    private readonly ConcurrentDictionary<string, (FileStamp Settings, FileStamp Ignored, string? Reason)> _known = new(StringComparer.Ordinal);

    /// <param name="root">Null: the file belongs to no repository.</param>
    /// <returns>The file that turns LocalCopilot off there, with what it says; null: it is on.</returns>
    public string? ReasonOf(string? root)
    {
        if (root is null)
        {
            return null;
        }

        FileStamp settings = FileStamp.Of(Path.Combine(root, RepositorySettings.SettingsName));
        FileStamp ignored = FileStamp.Of(Path.Combine(root, RepositorySettings.IgnoreName));
        if (_known.TryGetValue(root, out var known) && known.Settings == settings && known.Ignored == ignored)
        {
            return known.Reason;
        }

        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }

        string? reason = RepositorySettings.Load(root).DisabledBy;
        _known[root] = (settings, ignored, reason);
        return reason;
    }

    private readonly record struct FileStamp(long Modified, long Bytes)
    {
        public static FileStamp Of(string path)
        {
            FileInfo file = new(path);
            return file.Exists ? new(file.LastWriteTimeUtc.Ticks, file.Length) : default;
        }
    }
}
