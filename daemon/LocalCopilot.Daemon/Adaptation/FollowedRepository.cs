using LibGit2Sharp;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Adaptation;

/// <summary>Sees when a repository's history may have changed.</summary>
/// <remarks>Told by a file watcher on git's own files; where that fails, asking for the head again finds it.</remarks>
internal sealed class FollowedRepository : IDisposable
{
    private readonly List<FileSystemWatcher> _watchers = [];

    public FollowedRepository(string root)
    {
        Root = root;
        string git = CommonFolder.Of(root);
        Watch(git, recursive: false);
        Watch(Path.Combine(git, "refs"), recursive: true);
    }

    public string Root { get; }

    /// <summary>Something of the history may be other than when it was last set to false.</summary>
    public bool MayHaveChanged { get; set; } = true;

    /// <summary>The commit that is checked out, as last seen; null: none.</summary>
    public string? Head { get; private set; }

    /// <summary>Samples of commits that no round has seen, as last counted.</summary>
    public int NewSamples { get; set; }

    /// <summary>When a round of it failed, as a timestamp; null: none did since its history was last seen to change.</summary>
    public long? FailedAt { get; set; }

    /// <summary>What a round was begun with of which nothing came, nor would of another: the commit that is checked out, and the model's fingerprint. Null: none was.</summary>
    public (string? Head, string Fingerprint)? InVain { get; set; }

    /// <summary>Looks at what is checked out.</summary>
    /// <returns>Whether that is another commit than before.</returns>
    public bool LookAtHead()
    {
        string? before = Head;
        Head = HeadOf(Root, before);
        return Head != before;
    }

    /// <param name="known">Where it cannot be read: the repository is damaged, gone, or just being changed.</param>
    /// <returns>The commit that is checked out; null: none.</returns>
    public static string? HeadOf(string root, string? known = null)
    {
        try
        {
            using Repository repository = new(root);
            return repository.Head.Tip?.Sha;
        }
        catch (LibGit2SharpException)
        {
            return known;
        }
    }

    public void Dispose()
    {
        foreach (FileSystemWatcher watcher in _watchers)
        {
            watcher.Dispose();
        }
    }

    private void Watch(string folder, bool recursive)
    {
        try
        {
            FileSystemWatcher watcher = new(folder) { IncludeSubdirectories = recursive, NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite };
            _watchers.Add(watcher);
            watcher.Changed += (_, _) => MayHaveChanged = true;
            watcher.Created += (_, _) => MayHaveChanged = true;
            watcher.Renamed += (_, _) => MayHaveChanged = true;
            watcher.Error += (_, _) => MayHaveChanged = true;
            watcher.EnableRaisingEvents = true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // No more watches to be had, or no such folder: the head is looked at now and then.
        }
    }
}
