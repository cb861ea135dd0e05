using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Daemon.Completion;

/// <summary>
/// Suggestions that were made, so that typing what was suggested, taking some of it back, or accepting a part of it is answered
/// with no model call: the rest of the same suggestion.
/// </summary>
/// <remarks>Usable from any thread. Keeps a few suggestions of a few documents, at most, and of a document only its line and hashes.</remarks>
internal sealed class TypedThroughCache
{
    private const int MostDocuments = 32;
    private const int MostSuggestions = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<(SuggestionKind Kind, TypedThroughEntry Entry)>> _documents = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _recent = new();

    public void Add(SuggestionKind kind, DocumentSnapshot document, int offset, CompletionChoice choice)
    {
        TypedThroughEntry entry = new(document.Text, offset, choice);
        lock (_gate)
        {
            if (!_documents.TryGetValue(document.Uri, out var entries))
            {
                _documents[document.Uri] = entries = [];
            }

            _recent.Remove(document.Uri);
            _recent.AddFirst(document.Uri);
            if (_recent.Count > MostDocuments)
            {
                _documents.Remove(_recent.Last!.Value);
                _recent.RemoveLast();
            }

            entries.AddFirst((kind, entry));
            if (entries.Count > MostSuggestions)
            {
                entries.RemoveLast();
            }
        }
    }

    /// <summary>What is left of a suggestion of the same kind that fits what was typed since; null where none does.</summary>
    public CompletionChoice? Find(SuggestionKind kind, DocumentSnapshot document, int offset)
    {
        TypedThroughEntry[] entries;
        lock (_gate)
        {
            if (!_documents.TryGetValue(document.Uri, out var known))
            {
                return null;
            }

            entries = [.. known.Where(one => one.Kind == kind).Select(one => one.Entry)];
        }

        foreach (TypedThroughEntry entry in entries)
        {
            if (entry.Continue(document.Text, offset) is { } choice)
            {
                return choice;
            }
        }

        return null;
    }

    public void Forget(string uri)
    {
        lock (_gate)
        {
            _documents.Remove(uri);
            _recent.Remove(uri);
        }
    }
}

/// <summary>What has to be the same for one suggestion to answer another request.</summary>
/// <param name="Model">Path of the model.</param>
/// <param name="Adapter">Id of the adapter; null: the base model.</param>
internal readonly record struct SuggestionKind(string Model, string? Adapter, bool? SingleLine, int? MaxTokens);
