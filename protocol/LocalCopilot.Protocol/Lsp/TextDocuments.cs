namespace LocalCopilot.Protocol;

/// <summary>Names a document.</summary>
/// <param name="Uri">Its uri.</param>
public sealed record TextDocumentIdentifier(string Uri);

/// <summary>Names a version of a document.</summary>
/// <param name="Uri">Its uri.</param>
/// <param name="Version">Grows with every change.</param>
public sealed record VersionedTextDocumentIdentifier(string Uri, int? Version = null);

/// <summary>A document as opened.</summary>
/// <param name="Uri">Its uri.</param>
/// <param name="LanguageId">LSP's language id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Text">All of its text.</param>
public sealed record TextDocumentItem(string Uri, string LanguageId, int Version, string Text);

/// <summary>Parameters of <see cref="LspMethods.DidOpen"/>.</summary>
/// <param name="TextDocument">The document.</param>
public sealed record DidOpenParams(TextDocumentItem TextDocument);

/// <summary>Parameters of <see cref="LspMethods.DidChange"/>.</summary>
/// <param name="TextDocument">The document, with the version after the changes.</param>
/// <param name="ContentChanges">The changes, each to the text that the one before left.</param>
public sealed record DidChangeParams(VersionedTextDocumentIdentifier TextDocument, IReadOnlyList<ContentChange> ContentChanges);

/// <summary>One change.</summary>
/// <param name="Text">The new text.</param>
/// <param name="Range">What it takes the place of; absent: everything.</param>
public sealed record ContentChange(string Text, Range? Range = null);

/// <summary>Parameters of <see cref="LspMethods.DidSave"/>.</summary>
/// <param name="TextDocument">The document.</param>
public sealed record DidSaveParams(TextDocumentIdentifier TextDocument);

/// <summary>Parameters of <see cref="LspMethods.DidClose"/>.</summary>
/// <param name="TextDocument">The document.</param>
public sealed record DidCloseParams(TextDocumentIdentifier TextDocument);

/// <summary>Parameters of <see cref="LspMethods.DidFocus"/>.</summary>
/// <param name="TextDocument">The document; absent: none has the focus.</param>
public sealed record DidFocusParams(TextDocumentIdentifier? TextDocument = null);

/// <summary>Parameters of <see cref="LspMethods.DidChangeWorkspaceFolders"/>.</summary>
/// <param name="Event">What changed.</param>
public sealed record DidChangeWorkspaceFoldersParams(WorkspaceFoldersChange Event);

/// <summary>A change of the workspace's folders.</summary>
/// <param name="Added">Folders that were added.</param>
/// <param name="Removed">Folders that were removed.</param>
public sealed record WorkspaceFoldersChange(IReadOnlyList<WorkspaceFolder> Added, IReadOnlyList<WorkspaceFolder> Removed);
