using System.Buffers.Binary;
using LibGit2Sharp;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Storage;
using Microsoft.Data.Sqlite;

namespace LocalCopilot.Daemon.Samples;

/// <summary>The index of a repository's files as they were at some commit: what retrieval found there then, and nothing that came later.</summary>
/// <remarks>
/// It is the index that serving uses, filled from the repository instead of the working tree. Going from commit to commit, only files
/// that differ between their trees are read. Each entry says of which blob it is, so that after a crash the next move puts right
/// what is not of its tree. Not thread-safe.
/// </remarks>
internal sealed class PastIndex(Repository repository, FileRules rules, IndexOptions options, string file) : IDisposable
{
    private const int FilesInTransaction = 32;

    private static readonly CompareOptions WithoutRenames = new() { Similarity = SimilarityOptions.None };

    private readonly RepositoryIndex _index = new(file);
    private bool _isWhole;
    private Tree? _tree;

    /// <summary>Makes it the index of a tree.</summary>
    /// <param name="tree">Null: before the first commit, when there was nothing.</param>
    /// <exception cref="LibGit2SharpException">The repository is damaged, or was changed meanwhile.</exception>
    public void MoveTo(Tree? tree, CancellationToken cancellationToken)
    {
        if (_isWhole && tree?.Id == _tree?.Id)
        {
            return;
        }

        // What ends in between is put right by the next move.
        bool wasWhole = _isWhole;
        _isWhole = false;
        try
        {
            Move(wasWhole, tree, cancellationToken);
        }
        catch (SqliteException exception) when (!Database.IsOutOfReach(exception))
        {
            _index.Rebuild();
            Move(false, tree, cancellationToken);
        }

        _tree = tree;
        _isWhole = true;
    }

    /// <summary>The chunks that fit best, best first, as serving would have found them in the tree.</summary>
    /// <param name="exceptPaths">Files of which nothing is given.</param>
    public IReadOnlyList<ChunkPlace> Find(ContextQuery query, IReadOnlyCollection<string> exceptPaths) =>
        _tree is not { } tree
            ? []
            : [.. ContextSource.Distinct(_index.Find(ContextSource.TermsOf(query), exceptPaths, query.MaxChunks), query.MaxChunks)
                .Select(chunk => new ChunkPlace(chunk.Path, tree[chunk.Path].Target.Id, chunk.StartLine))];

    public void Dispose() => _index.Dispose();

    private void Move(bool fromTree, Tree? tree, CancellationToken cancellationToken)
    {
        if (fromTree)
        {
            using TreeChanges changes = repository.Diff.Compare<TreeChanges>(_tree, tree, WithoutRenames);
            _index.Remove([.. changes.Where(change => !change.Exists || !TreeFiles.IsFile(change.Mode)).Select(change => change.OldExists ? change.OldPath : change.Path)]);
            Put([.. changes.Where(change => change.Exists && TreeFiles.IsFile(change.Mode)).Select(change => (change.Path, change.Oid))], cancellationToken);
            return;
        }

        Dictionary<string, FileState> known = _index.Files();
        (string Path, ObjectId Blob)[] present = [.. TreeFiles.Of(tree).Where(file => rules.OfPath(file.Path) is null).Take(options.MaxFiles)];
        HashSet<string> paths = [.. present.Select(file => file.Path)];
        _index.Remove([.. known.Keys.Where(path => !paths.Contains(path))]);
        Put([.. present.Where(file => !known.TryGetValue(file.Path, out FileState state) || state != StateOf(file.Blob))], cancellationToken);
    }

    private void Put((string Path, ObjectId Blob)[] files, CancellationToken cancellationToken)
    {
        foreach ((string Path, ObjectId Blob)[] some in files.Where(file => rules.OfPath(file.Path) is null).Chunk(FilesInTransaction))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _index.Put([.. some.Select(file => new IndexedFile(file.Path, StateOf(file.Blob), ChunksOf(file.Blob)))]);
        }
    }

    private IReadOnlyList<(int StartLine, string Text)> ChunksOf(ObjectId blob)
    {
        BlobText text = BlobText.Read(repository, blob, options.MaxFileBytes);
        return FileRules.OfBlob(text) is null ? [.. Chunker.Cut(text.Text!)] : [];
    }

    /// <summary>The start of the blob's id: what tells versions of a file apart.</summary>
    private static FileState StateOf(ObjectId blob) => new(BinaryPrimitives.ReadInt64LittleEndian(blob.RawId), BinaryPrimitives.ReadInt64LittleEndian(blob.RawId.AsSpan(8)));
}
