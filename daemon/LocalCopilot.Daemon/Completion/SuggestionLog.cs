using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Daemon.Completion;

/// <summary>The suggestions that were made lately, by id, so that what is heard of them later can be understood.</summary>
/// <remarks>Usable from any thread; forgets the oldest, and sooner where documents are large.</remarks>
internal sealed class SuggestionLog
{
    private const int Remembered = 64;

    /// <summary>UTF-16 units of the documents that are kept, at most; the newest one is kept whatever its length.</summary>
    private const long MostCharacters = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, AcceptedSuggestion> _byId = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long _characters;

    public void Add(string id, AcceptedSuggestion suggestion)
    {
        lock (_gate)
        {
            _byId.Add(id, suggestion);
            _order.Enqueue(id);
            _characters += suggestion.Request.Document.Text.Length;
            while (_order.Count > 1 && (_order.Count > Remembered || _characters > MostCharacters))
            {
                _byId.Remove(_order.Dequeue(), out AcceptedSuggestion? oldest);
                _characters -= oldest!.Request.Document.Text.Length;
            }
        }
    }

    public AcceptedSuggestion? Find(string id)
    {
        lock (_gate)
        {
            return _byId.GetValueOrDefault(id);
        }
    }
}

/// <summary>A suggestion and the request that it answered.</summary>
internal sealed record AcceptedSuggestion(CompletionRequest Request, int Offset, CompletionChoice Choice)
{
    /// <summary>The request that an editor makes after it was accepted.</summary>
    public CompletionRequest Next()
    {
        DocumentSnapshot before = Request.Document;
        string text = string.Concat(before.Text.AsSpan(0, Offset), Choice.InsertText, before.Text.AsSpan(Offset + Choice.ReplacedLength));
        ReadOnlySpan<char> inserted = Choice.InsertText;
        int lines = inserted.Count('\n');
        int character = lines == 0 ? Request.Position.Character + inserted.Length : inserted.Length - inserted.LastIndexOf('\n') - 1;
        return Request with
        {
            Document = new(before.Uri, before.LanguageId, before.Version, text),
            Position = new(Request.Position.Line + lines, character),
            Trigger = CompletionTrigger.Automatic,
            SelectedText = null,
            Count = 1,
        };
    }
}
