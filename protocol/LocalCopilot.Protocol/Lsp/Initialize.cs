using System.Text.Json.Serialization;

namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LspMethods.Initialize"/>.</summary>
public sealed record InitializeParams
{
    /// <summary>The editor's process.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Name and version of the client.</summary>
    public NameAndVersion? ClientInfo { get; init; }

    /// <summary>Root of the workspace in clients that do not know folders.</summary>
    public string? RootUri { get; init; }

    /// <summary>Folders that are open.</summary>
    public IReadOnlyList<WorkspaceFolder>? WorkspaceFolders { get; init; }

    /// <summary>What the client can do; only what the daemon looks at.</summary>
    public ClientCapabilities? Capabilities { get; init; }

    /// <summary>What LocalCopilot's own extensions add.</summary>
    public InitializationOptions? InitializationOptions { get; init; }
}

/// <summary>A program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version, where known.</param>
public sealed record NameAndVersion(string Name, string? Version = null);

/// <summary><c>initializationOptions</c>; both are optional.</summary>
public sealed record InitializationOptions
{
    /// <summary>The editor.</summary>
    public NameAndVersion? EditorInfo { get; init; }

    /// <summary>Its extension.</summary>
    public NameAndVersion? EditorPluginInfo { get; init; }
}

/// <summary>The part of LSP's client capabilities that the daemon looks at.</summary>
public sealed record ClientCapabilities
{
    /// <summary>General capabilities.</summary>
    public GeneralClientCapabilities? General { get; init; }

    /// <summary>Capabilities of the window.</summary>
    public WindowClientCapabilities? Window { get; init; }
}

/// <summary>LSP's <c>general</c>.</summary>
public sealed record GeneralClientCapabilities
{
    /// <summary>Encodings that the client can count positions in, the preferred first; absent: only <c>utf-16</c>.</summary>
    public IReadOnlyList<string>? PositionEncodings { get; init; }
}

/// <summary>LSP's <c>window</c>.</summary>
public sealed record WindowClientCapabilities
{
    /// <summary>Whether the server may create progress.</summary>
    public bool? WorkDoneProgress { get; init; }
}

/// <summary>Result of <see cref="LspMethods.Initialize"/>.</summary>
/// <param name="Capabilities">What the server can do.</param>
/// <param name="ServerInfo">Name and version of the server.</param>
public sealed record InitializeResult(ServerCapabilities Capabilities, NameAndVersion ServerInfo);

/// <summary>What the server can do.</summary>
public sealed record ServerCapabilities
{
    /// <summary>The encoding that positions are counted in.</summary>
    public required string PositionEncoding { get; init; }

    /// <summary>How documents are kept in step.</summary>
    public required TextDocumentSyncOptions TextDocumentSync { get; init; }

    /// <summary>Always true.</summary>
    public required bool InlineCompletionProvider { get; init; }

    /// <summary>Commands of <see cref="LspMethods.ExecuteCommand"/>.</summary>
    public required ExecuteCommandOptions ExecuteCommandProvider { get; init; }

    /// <summary>Workspace folders.</summary>
    public required WorkspaceServerCapabilities Workspace { get; init; }
}

/// <summary>How documents are kept in step.</summary>
/// <param name="OpenClose">Open and close notifications are wanted.</param>
/// <param name="Change">2: incremental.</param>
/// <param name="Save">Save notifications are wanted.</param>
public sealed record TextDocumentSyncOptions(bool OpenClose, int Change, bool Save);

/// <summary>Commands.</summary>
/// <param name="Commands">Their names.</param>
public sealed record ExecuteCommandOptions(IReadOnlyList<string> Commands);

/// <summary>Workspace capabilities.</summary>
/// <param name="WorkspaceFolders">Folders are supported.</param>
public sealed record WorkspaceServerCapabilities(WorkspaceFoldersServerCapabilities WorkspaceFolders);

/// <summary>Workspace folders.</summary>
/// <param name="Supported">Several folders are understood.</param>
/// <param name="ChangeNotifications">Changes of the folders are wanted.</param>
public sealed record WorkspaceFoldersServerCapabilities(bool Supported, bool ChangeNotifications);

/// <summary>A folder of the workspace.</summary>
/// <param name="Uri">Its uri.</param>
/// <param name="Name">Its name, as shown.</param>
public sealed record WorkspaceFolder(string Uri, string? Name = null);

/// <summary>Encodings of <see cref="Position.Character"/>.</summary>
public static class PositionEncodings
{
    /// <summary>UTF-16 code units; the default.</summary>
    public const string Utf16 = "utf-16";

    /// <summary>UTF-8 code units (bytes).</summary>
    public const string Utf8 = "utf-8";

    /// <summary>Unicode code points.</summary>
    public const string Utf32 = "utf-32";
}

/// <summary>Parameters of <see cref="LspMethods.SetTrace"/>.</summary>
/// <param name="Value"><c>off</c>, <c>messages</c> or <c>verbose</c>.</param>
public sealed record SetTraceParams(string Value);

/// <summary>Parameters of <see cref="LspMethods.CancelRequest"/>.</summary>
/// <param name="Id">The request's id: a number or a string.</param>
public sealed record CancelParams([property: JsonRequired] System.Text.Json.JsonElement Id);
