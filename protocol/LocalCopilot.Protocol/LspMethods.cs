namespace LocalCopilot.Protocol;

/// <summary>Method names of LSP 3.18, and those that other completion servers have made conventional, that the daemon knows.</summary>
public static class LspMethods
{
    /// <summary>Request: <see cref="InitializeParams"/> → <see cref="InitializeResult"/>.</summary>
    public const string Initialize = "initialize";

    /// <summary>Notification without content.</summary>
    public const string Initialized = "initialized";

    /// <summary>Request without parameters; afterwards only <see cref="Exit"/> is allowed.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>Notification: the session ends.</summary>
    public const string Exit = "exit";

    /// <summary>Notification: <see cref="CancelParams"/>.</summary>
    public const string CancelRequest = "$/cancelRequest";

    /// <summary>Notification, either direction: a progress.</summary>
    public const string Progress = "$/progress";

    /// <summary>Notification: <see cref="SetTraceParams"/>.</summary>
    public const string SetTrace = "$/setTrace";

    /// <summary>Notification: <see cref="DidOpenParams"/>.</summary>
    public const string DidOpen = "textDocument/didOpen";

    /// <summary>Notification: <see cref="DidChangeParams"/>.</summary>
    public const string DidChange = "textDocument/didChange";

    /// <summary>Notification: <see cref="DidSaveParams"/>.</summary>
    public const string DidSave = "textDocument/didSave";

    /// <summary>Notification: <see cref="DidCloseParams"/>.</summary>
    public const string DidClose = "textDocument/didClose";

    /// <summary>Request: <see cref="InlineCompletionParams"/> → <see cref="InlineCompletionList"/>.</summary>
    public const string InlineCompletion = "textDocument/inlineCompletion";

    /// <summary>Notification: <see cref="DidChangeWorkspaceFoldersParams"/>.</summary>
    public const string DidChangeWorkspaceFolders = "workspace/didChangeWorkspaceFolders";

    /// <summary>Notification; its content is not used.</summary>
    public const string DidChangeConfiguration = "workspace/didChangeConfiguration";

    /// <summary>Request: <see cref="ExecuteCommandParams"/>.</summary>
    public const string ExecuteCommand = "workspace/executeCommand";

    /// <summary>Request to the client: <see cref="WorkDoneProgressCreateParams"/>.</summary>
    public const string WorkDoneProgressCreate = "window/workDoneProgress/create";

    /// <summary>Notification: <see cref="DidShowCompletionParams"/>.</summary>
    public const string DidShowCompletion = "textDocument/didShowCompletion";

    /// <summary>Notification: <see cref="DidPartiallyAcceptCompletionParams"/>.</summary>
    public const string DidPartiallyAcceptCompletion = "textDocument/didPartiallyAcceptCompletion";

    /// <summary>Notification: <see cref="DidFocusParams"/>.</summary>
    public const string DidFocus = "textDocument/didFocus";

    /// <summary>Notification to the client: <see cref="DidChangeStatusParams"/>.</summary>
    public const string DidChangeStatus = "didChangeStatus";
}
