using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Documents;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>Finds chunks in open documents and in the repositories' indexes.</summary>
/// <remarks>Usable from any thread. Repositories are opened when they are first asked about; those used longest ago are closed again.</remarks>
internal sealed partial class ContextSource : IContextSource, IDisposable
{
    private const int MostOpen = 6;
    private const int MostIndexes = 64;
    private const int MostTerms = 24;

    private readonly LocalCopilotPaths _paths;
    private readonly IndexOptions _options;
    private readonly OpenDocuments _documents;
    private readonly ILogger<ContextSource> _logger;
    private readonly Lock _gate = new();
    private readonly LinkedList<IndexedRepository> _repositories = new();
    private readonly ConditionalWeakTable<DocumentSnapshot, IReadOnlyList<OpenChunk>> _openChunks = [];

    public ContextSource(LocalCopilotPaths paths, LocalCopilotOptions options, OpenDocuments documents, ILogger<ContextSource> logger)
    {
        _paths = paths;
        _options = options.Index;
        _documents = documents;
        _logger = logger;
        _documents.Saved += OnSaved;
    }

    public Task<IReadOnlyList<ContextChunk>> FindAsync(ContextQuery query, CancellationToken cancellationToken) => Task.Run(() => Find(query), cancellationToken);

    public Task WhenIndexedAsync(string repositoryRoot, CancellationToken cancellationToken) => Open(repositoryRoot)?.WhenComplete.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Deletes a repository's index; it is made again when somebody asks about the repository.</summary>
    public void Forget(string repositoryRoot)
    {
        lock (_gate)
        {
            if (_repositories.FirstOrDefault(open => open.Root == repositoryRoot) is { } repository)
            {
                _repositories.Remove(repository);
                repository.Dispose();
            }

            RepositoryIndex.DeleteFiles(DatabaseOf(repositoryRoot));
        }
    }

    public void Dispose()
    {
        _documents.Saved -= OnSaved;
        lock (_gate)
        {
            foreach (IndexedRepository repository in _repositories)
            {
                repository.Dispose();
            }

            _repositories.Clear();
        }
    }

    /// <summary>The names that say what the text at the cursor is about, the nearest first.</summary>
    internal static IReadOnlyList<string> TermsOf(ContextQuery query)
    {
        List<string> terms = [];
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        IEnumerable<string> near = Identifiers.In(query.Before).Reverse().Take(40).Concat(Identifiers.In(query.After).Take(12)).Concat(Identifiers.In(query.Imports).Take(12));
        foreach (string identifier in near)
        {
            if (terms.Count < MostTerms && seen.Add(identifier))
            {
                terms.Add(identifier);
            }
        }

        // The words of the nearest ones find what is named alike.
        foreach (string word in terms.Take(4).SelectMany(Identifiers.WordsOf).ToArray())
        {
            if (terms.Count < MostTerms + 6 && seen.Add(word))
            {
                terms.Add(word);
            }
        }

        return terms;
    }

    private IReadOnlyList<ContextChunk> Find(ContextQuery query)
    {
        IReadOnlyList<string> terms = TermsOf(query);
        List<ContextChunk> found = FindOpen(query, terms, out List<string> openPaths);
        if (query.RepositoryRoot is { } root && Open(root) is { } repository)
        {
            try
            {
                found.AddRange(repository.Find(terms, openPaths, query.MaxChunks));
            }
            catch (Exception exception) when (exception is SqliteException or InvalidOperationException)
            {
                // The second: it was closed meanwhile, being the one used longest ago, or could not be opened again.
                Log.SearchFailed(_logger, root, exception.Message);
            }
        }

        return Distinct(found, query.MaxChunks);
    }

    /// <summary>The first of them, no text twice.</summary>
    internal static IReadOnlyList<ContextChunk> Distinct(IEnumerable<ContextChunk> found, int most)
    {
        HashSet<string> texts = new(StringComparer.Ordinal);
        return [.. found.Where(chunk => texts.Add(WithoutBlanks(chunk.Text))).Take(most)];
    }

    /// <param name="paths">Paths, relative to the root, of which the index must give nothing: they are open, or hold the cursor.</param>
    private List<ContextChunk> FindOpen(ContextQuery query, IReadOnlyList<string> terms, out List<string> paths)
    {
        paths = [RelativePath(query.RepositoryRoot, query.Path)];
        HashSet<string> wanted = new(terms, StringComparer.OrdinalIgnoreCase);
        List<ContextChunk> scored = [];
        foreach (DocumentSnapshot document in _documents.Recent)
        {
            string path = PathOf(document.Uri);
            if (path == query.Path || !IsInside(query.RepositoryRoot, path))
            {
                continue;
            }

            string relative = RelativePath(query.RepositoryRoot, path);
            paths.Add(relative);
            foreach (OpenChunk chunk in _openChunks.GetValue(document, Cut))
            {
                int score = chunk.Identifiers.Count(wanted.Contains);
                if (score > 1)
                {
                    scored.Add(new(relative, chunk.StartLine, chunk.Text, score));
                }
            }
        }

        return [.. scored.OrderByDescending(chunk => chunk.Score).Take(Math.Max(1, query.MaxChunks / 2))];
    }

    private static IReadOnlyList<OpenChunk> Cut(DocumentSnapshot document) =>
        document.Text.Length > 500_000 || Git.SecretRules.IsSecretPath(PathOf(document.Uri).Replace('\\', '/'))
            ? []
            : [.. Chunker.Cut(document.Text.Replace("\r\n", "\n", StringComparison.Ordinal))
                .Where(chunk => !Git.SecretRules.HoldsSecret(chunk.Text))
                .Select(chunk => new OpenChunk(chunk.StartLine, chunk.Text, [.. Identifiers.In(chunk.Text).Distinct(StringComparer.OrdinalIgnoreCase)]))];

    private IndexedRepository? Open(string root)
    {
        lock (_gate)
        {
            IndexedRepository? repository = _repositories.FirstOrDefault(open => open.Root == root);
            if (repository is null)
            {
                try
                {
                    repository = new(root, DatabaseOf(root), _options, _logger);
                }
                catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
                {
                    Log.CannotOpen(_logger, root, exception.Message);
                    return null;
                }

                if (_repositories.Count == MostOpen)
                {
                    _repositories.Last!.Value.Dispose();
                    _repositories.RemoveLast();
                }
            }
            else
            {
                _repositories.Remove(repository);
            }

            _repositories.AddFirst(repository);
            return repository;
        }
    }

    private string DatabaseOf(string root)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root)))[..16];
        string file = Path.Combine(_paths.IndexDirectory, name + ".db");
        if (!File.Exists(file) && Directory.Exists(_paths.IndexDirectory))
        {
            foreach (FileInfo old in new DirectoryInfo(_paths.IndexDirectory).EnumerateFiles("*.db").OrderByDescending(index => index.LastWriteTimeUtc).Skip(MostIndexes - 1))
            {
                RepositoryIndex.DeleteFiles(old.FullName);
            }
        }

        return file;
    }

    private void OnSaved(string path)
    {
        lock (_gate)
        {
            foreach (IndexedRepository repository in _repositories.Where(repository => IsInside(repository.Root, path)))
            {
                repository.Touch(path);
            }
        }
    }

    private static string PathOf(string uri) => Uri.TryCreate(uri, UriKind.Absolute, out Uri? parsed) && parsed.IsFile ? parsed.LocalPath : uri;

    private static bool IsInside(string? root, string path) => root is null || path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string RelativePath(string? root, string path) => (root is null ? Path.GetFileName(path) : Path.GetRelativePath(root, path)).Replace('\\', '/');

    private static string WithoutBlanks(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

    private sealed record OpenChunk(int StartLine, string Text, IReadOnlyList<string> Identifiers);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "No index for {Root}: {Reason}")]
        public static partial void CannotOpen(ILogger logger, string root, string reason);

        [LoggerMessage(LogLevel.Warning, "The index of {Root} could not be searched: {Reason}")]
        public static partial void SearchFailed(ILogger logger, string root, string reason);
    }
}
