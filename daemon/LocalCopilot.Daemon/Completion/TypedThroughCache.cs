using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Daemon.Completion;

/// <summary>
/// Suggestions that were made, so that typing what was suggested, taking some of it back, or accepting a part of it is answered
/// with no model call: the rest of the same suggestion.
/// </summary>
/// <remarks>Usable from any thread. Holds the texts of a few versions of a few documents, at most.</remarks>
internal sealed class TypedThroughCache
{
    private const int MostDocuments = 32;
    private const int MostSuggestions = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<Entry>> _documents = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _recent = new();

    public void Add(DocumentSnapshot document, int offset, CompletionChoice choice)
    {
        lock (_gate)
        {
            if (!_documents.TryGetValue(document.Uri, out LinkedList<Entry>? entries))
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

            entries.AddFirst(new Entry(document.Text, offset, choice));
            if (entries.Count > MostSuggestions)
            {
                entries.RemoveLast();
            }
        }
    }

    /// <summary>What is left of a suggestion that fits what was typed since; null where none does.</summary>
    public CompletionChoice? Find(DocumentSnapshot document, int offset)
    {
        lock (_gate)
        {
            foreach (Entry entry in _documents.GetValueOrDefault(document.Uri) ?? [])
            {
                if (entry.Continue(document.Text, offset) is { } choice)
                {
                    return choice;
                }
            }

            return null;
        }
    }

    public void Forget(string uri)
    {
        lock (_gate)
        {
            _documents.Remove(uri);
            _recent.Remove(uri);
        }
    }

    private sealed record Entry(string Text, int Offset, CompletionChoice Choice)
    {
        public CompletionChoice? Continue(string text, int offset)
        {
            int typed = offset - Offset;
            string suggested = Choice.InsertText;
            ReadOnlySpan<char> suffix = Text.AsSpan(Offset);
            if (!text.AsSpan(offset).SequenceEqual(suffix))
            {
                return null;
            }

            if (typed >= 0)
            {
                bool fits = typed < suggested.Length
                    && text.AsSpan(Offset, typed).SequenceEqual(suggested.AsSpan(0, typed))
                    && text.AsSpan(0, Offset).SequenceEqual(Text.AsSpan(0, Offset));
                return fits ? Choice with { InsertText = suggested[typed..] } : null;
            }

            // Taken back: what was removed comes first now.
            ReadOnlySpan<char> removed = Text.AsSpan(offset, -typed);
            return removed.ContainsAny('\r', '\n') || !text.AsSpan(0, offset).SequenceEqual(Text.AsSpan(0, offset))
                ? null
                : Choice with { InsertText = string.Concat(removed, suggested) };
        }
    }
}
