namespace LocalCopilot.Daemon.Documents;

/// <summary>The documents that one session has open.</summary>
/// <remarks>Written by the session's dispatch order alone. An edit that does not fit closes the document: it counts as not open until opened again.</remarks>
internal sealed class DocumentStore
{
    private readonly Dictionary<string, DocumentSnapshot> _open = new(StringComparer.Ordinal);

    public DocumentSnapshot? Find(string uri) => _open.GetValueOrDefault(uri);

    public void Open(DocumentSnapshot document) => _open[document.Uri] = document;

    public bool Close(string uri) => _open.Remove(uri);

    /// <returns>Null where the document is not open.</returns>
    /// <exception cref="EditDoesNotFitException">The document is closed by that.</exception>
    public DocumentSnapshot? Change(string uri, int? version, IReadOnlyList<DocumentEdit> edits)
    {
        if (!_open.TryGetValue(uri, out DocumentSnapshot? before))
        {
            return null;
        }

        try
        {
            string text = before.Text;
            foreach (DocumentEdit edit in edits)
            {
                text = Apply(text, edit);
            }

            return _open[uri] = new(uri, before.LanguageId, version ?? before.Version + 1, text);
        }
        catch (EditDoesNotFitException)
        {
            _open.Remove(uri);
            throw;
        }
    }

    private static string Apply(string text, DocumentEdit edit)
    {
        if (edit.Span is not { } span)
        {
            return edit.Text;
        }

        int start = OffsetOf(text, span.Start);
        int end = OffsetOf(text, span.End);
        if (end < start)
        {
            throw new EditDoesNotFitException($"An edit ends at {span.End.Line}:{span.End.Character}, before its start at {span.Start.Line}:{span.Start.Character}.");
        }

        return string.Concat(text.AsSpan(0, start), edit.Text, text.AsSpan(end));
    }

    private static int OffsetOf(string text, TextPosition position) => TextOffsets.TryGet(text, position, out int offset, out int lines)
        ? offset
        : throw new EditDoesNotFitException($"An edit names the position {position.Line}:{position.Character}; the text has {lines} lines, and both count from 0.");
}
