namespace LocalCopilot.Daemon.Documents;

/// <summary>One version of a document's text; immutable, so that a completion computes on what it was asked about.</summary>
internal sealed class DocumentSnapshot
{
    public DocumentSnapshot(string uri, string languageId, int version, string text)
    {
        Uri = uri;
        LanguageId = languageId;
        Version = version;
        Text = text;
    }

    public string Uri { get; }

    public string LanguageId { get; }

    public int Version { get; }

    public string Text { get; }
}
