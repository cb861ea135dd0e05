using LocalCopilot.Daemon.Completion.Prompts;

namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>
/// The chunks of other files in each document's prompts. They come first in the prompt, so a change costs the evaluation of all of
/// it: they stay until the cursor has moved on, and typing never waits for new ones.
/// </summary>
/// <remarks>Usable from any thread. Searches run in the background, one for a document; they end with this.</remarks>
internal sealed class StickyContext(IEnumerable<IContextSource> sources, TimeProvider time) : IDisposable
{
    private const int MostDocuments = 32;
    private const int FarLines = 24;
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Found> _documents = new(StringComparer.Ordinal);
    private readonly IContextSource? _source = sources.FirstOrDefault();
    private readonly CancellationTokenSource _ending = new();

    /// <param name="wait">Whether to search for this very place and wait for it; else what is known is given.</param>
    public async Task<IReadOnlyList<PromptChunk>> GetAsync(string uri, int line, ContextQuery query, bool wait, CancellationToken cancellationToken)
    {
        if (_source is null)
        {
            return [];
        }

        Found found;
        Task<IReadOnlyList<PromptChunk>> search;
        lock (_gate)
        {
            if (!_documents.TryGetValue(uri, out found!))
            {
                if (_documents.Count == MostDocuments)
                {
                    _documents.Remove(_documents.MinBy(document => document.Value.Searched).Key);
                }

                _documents[uri] = found = new() { Line = line, Searched = time.GetTimestamp() };
                found.Search = SearchAsync(query);
            }
            else if (found.Search.IsCompleted && (wait || Math.Abs(line - found.Line) > FarLines || time.GetElapsedTime(found.Searched) > Old))
            {
                found.Chunks = Completed(found);
                found.Line = line;
                found.Searched = time.GetTimestamp();
                found.Search = SearchAsync(query);
            }

            search = found.Search;
            if (!wait || search.IsCompleted)
            {
                return found.Chunks = Completed(found);
            }
        }

        return await search.WaitAsync(cancellationToken);
    }

    /// <summary>Completes when all of a repository can be found.</summary>
    public Task WhenIndexedAsync(string root, CancellationToken cancellationToken) => _source?.WhenIndexedAsync(root, cancellationToken) ?? Task.CompletedTask;

    public void Forget(string uri)
    {
        lock (_gate)
        {
            _documents.Remove(uri);
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    /// <summary>The newest result, else the one before.</summary>
    private static IReadOnlyList<PromptChunk> Completed(Found found) =>
#pragma warning disable VSTHRD002 // It has completed.
        found.Search.IsCompletedSuccessfully ? found.Search.Result : found.Chunks;
#pragma warning restore VSTHRD002

    private Task<IReadOnlyList<PromptChunk>> SearchAsync(ContextQuery query) => Task.Run<IReadOnlyList<PromptChunk>>(
        async () => [.. (await _source!.FindAsync(query, _ending.Token)).Reverse().Select(chunk => new PromptChunk(chunk.Path, chunk.Text))],
        _ending.Token);

    private sealed class Found
    {
        public IReadOnlyList<PromptChunk> Chunks { get; set; } = [];

        public Task<IReadOnlyList<PromptChunk>> Search { get; set; } = Task.FromResult<IReadOnlyList<PromptChunk>>([]);

        public int Line { get; set; }

        public long Searched { get; set; }
    }
}
