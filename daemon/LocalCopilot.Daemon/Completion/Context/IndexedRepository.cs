using System.Collections.Concurrent;
using LibGit2Sharp;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>Keeps one repository's index true to its working tree, in the background.</summary>
/// <remarks>
/// One thread of lowest priority reads everything once, then what changed: told by the file watcher and by editors that saved.
/// Where the watcher fails, or misses something, all is looked through again. What cannot be read is left out; a damaged
/// database is built anew; on a full disk it stays as it is until there is room. Completions go on whatever happens here.
/// </remarks>
internal sealed partial class IndexedRepository : IDisposable
{
    private const int FilesInTransaction = 32;

    private static readonly TimeSpan LookThroughAgain = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(200);

    private readonly IndexOptions _options;
    private readonly ILogger _logger;
    private readonly RepositoryIndex _index;
    private RepositorySettings _settings;
    private readonly FileSystemWatcher? _watcher;
    private readonly ConcurrentDictionary<string, bool> _changed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _lookThrough = true;

    public IndexedRepository(string root, string database, IndexOptions options, ILogger logger)
    {
        Root = root;
        _options = options;
        _logger = logger;
        _settings = RepositorySettings.Load(root);
        if (_settings.DisabledBy is { } reason)
        {
            Log.Disabled(logger, root, reason);
        }

        _index = new(database);
        _watcher = Watch();
        _thread = new(Run) { IsBackground = true, Name = "index", Priority = ThreadPriority.Lowest };
        _thread.Start();
    }

    public string Root { get; }

    /// <summary>Completes when everything was read once.</summary>
    public Task WhenComplete => _complete.Task;

    public List<ContextChunk> Find(IReadOnlyCollection<string> terms, IReadOnlyCollection<string> exceptPaths, int count) => _index.Find(terms, exceptPaths, count);

    /// <summary>A file was written; it is read at once.</summary>
    /// <param name="path">Absolute.</param>
    public void Touch(string path)
    {
        string relative = Path.GetRelativePath(Root, path).Replace('\\', '/');
        if (!relative.StartsWith("..", StringComparison.Ordinal) && !relative.StartsWith(".git/", StringComparison.Ordinal))
        {
            _changed[relative] = true;
            _wake.Release();
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _ending.Cancel();
        _thread.Join();
        _index.Dispose();
        _wake.Dispose();
        _ending.Dispose();
        _complete.TrySetCanceled();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                try
                {
                    Update();
                }
                catch (Exception exception) when (exception is SqliteException or LibGit2SharpException or IOException or UnauthorizedAccessException)
                {
                    Log.Failed(_logger, Root, exception.Message);
                    _lookThrough |= exception is SqliteException;
                    if (exception is SqliteException failure && !Database.IsOutOfReach(failure))
                    {
                        _index.Rebuild();
                    }
                }

                _complete.TrySetResult();
                bool woken = _wake.Wait(LookThroughAgain, _ending.Token);
                _lookThrough |= !woken;
                if (woken)
                {
                    // A checkout changes many files within a moment.
                    _ending.Token.WaitHandle.WaitOne(Together);
                    _ending.Token.ThrowIfCancellationRequested();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The repository is closed.
        }
        catch (Exception exception)
        {
            // Completions go on without it.
            Log.Failed(_logger, Root, exception.Message);
            _complete.TrySetResult();
        }
    }

    private void Update()
    {
        string[] changed = [.. _changed.Keys];
        foreach (string path in changed)
        {
            _changed.TryRemove(path, out _);
        }

        if (changed.Any(path => path is RepositorySettings.SettingsName or RepositorySettings.IgnoreName))
        {
            _settings = RepositorySettings.Load(Root);
            _lookThrough = true;
        }

        if (_lookThrough)
        {
            _lookThrough = false;
            LookThrough();
        }
        else if (changed.Length > 0)
        {
            string[] wanted = [.. changed.Where(IsWanted)];
            Read(wanted, _index.Files());
            _index.Remove([.. changed.Where(path => !wanted.Contains(path))]);
        }
    }

    private void LookThrough()
    {
        Dictionary<string, FileState> known = _index.Files();
        string[] wanted =
        [
            .. RepositoryFiles.List(Root, _settings)
                .Select(path => (Path: path, Modified: File.GetLastWriteTimeUtc(Path.Combine(Root, path))))
                .OrderByDescending(file => file.Modified).Take(_options.MaxFiles).Select(file => file.Path),
        ];
        HashSet<string> present = [.. wanted];
        _index.Remove([.. known.Keys.Where(path => !present.Contains(path))]);
        Read(wanted, known);
    }

    private void Read(string[] paths, Dictionary<string, FileState> known)
    {
        foreach (string[] some in paths.Chunk(FilesInTransaction))
        {
            _ending.Token.ThrowIfCancellationRequested();
            List<IndexedFile> files = [];
            foreach (string path in some)
            {
                FileInfo info = new(Path.Combine(Root, path));
                if (info.Exists && new FileState(info.LastWriteTimeUtc.Ticks, info.Length) is var state && (!known.TryGetValue(path, out FileState before) || before != state))
                {
                    files.Add(new(path, state, ChunksOf(info.FullName)));
                }
            }

            if (files.Count > 0)
            {
                _index.Put(files);
            }
        }
    }

    private IReadOnlyList<(int StartLine, string Text)> ChunksOf(string file) =>
        SourceText.TryRead(file, _options.MaxFileBytes) is { } text && !GeneratedFiles.IsGeneratedText(text)
            ? [.. Chunker.Cut(text.Replace("\r\n", "\n", StringComparison.Ordinal)).Where(chunk => !SecretRules.HoldsSecret(chunk.Text))]
            : [];

    private bool IsWanted(string path)
    {
        if (!RepositoryFiles.IsSource(path) || GeneratedFiles.IsGeneratedPath(path) || SecretRules.IsSecretPath(path) || _settings.Excludes(path) || !File.Exists(Path.Combine(Root, path)))
        {
            return false;
        }

        if (!Repository.IsValid(Root))
        {
            return true;
        }

        using Repository repository = new(Root);
        return !repository.Ignore.IsPathIgnored(path);
    }

    private FileSystemWatcher? Watch()
    {
        try
        {
            FileSystemWatcher watcher = new(Root) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.FileName | NotifyFilters.DirectoryName };
            watcher.Changed += (_, change) => Touch(change.FullPath);
            watcher.Created += (_, change) => Touch(change.FullPath);
            watcher.Deleted += (_, change) => Touch(change.FullPath);
            watcher.Renamed += (_, change) =>
            {
                Touch(change.OldFullPath);
                Touch(change.FullPath);
            };
            watcher.Error += (_, error) =>
            {
                Log.WatcherFailed(_logger, Root, error.GetException().Message);
                _lookThrough = true;
                _wake.Release();
            };
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Log.WatcherFailed(_logger, Root, exception.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Root} is not indexed: {Reason}")]
        public static partial void Disabled(ILogger logger, string root, string reason);

        [LoggerMessage(LogLevel.Warning, "The index of {Root} could not be brought up to date: {Reason}")]
        public static partial void Failed(ILogger logger, string root, string reason);

        [LoggerMessage(LogLevel.Warning, "Changes of {Root} are not told of at once: {Reason}")]
        public static partial void WatcherFailed(ILogger logger, string root, string reason);
    }
}
