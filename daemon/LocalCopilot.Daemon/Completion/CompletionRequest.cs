using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Daemon.Completion;

/// <summary>What asked for a completion, after protocol.md's `triggerKind`.</summary>
internal enum CompletionTrigger
{
    Invoked = 1,
    Automatic = 2,
}

/// <summary>One place in one version of one document, and what is wanted there.</summary>
internal sealed record CompletionRequest
{
    public required DocumentSnapshot Document { get; init; }

    public required TextPosition Position { get; init; }

    public CompletionTrigger Trigger { get; init; } = CompletionTrigger.Invoked;

    /// <summary>Root of the repository (or of the workspace folder) that the document belongs to; null for a plain file.</summary>
    public string? RepositoryRoot { get; init; }

    /// <summary>What the editor's own completion list has selected; the suggestion must begin with it.</summary>
    public string? SelectedText { get; init; }

    /// <summary>Tokens at most; null: as the settings say.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>True: one line only; false: a block; null: decided from where the cursor is.</summary>
    public bool? SingleLine { get; init; }

    public bool UseContext { get; init; } = true;

    /// <summary>For measuring, which an editor never does: waits until the repository was read once, and gives nothing that was suggested before again.</summary>
    public bool WaitForIndex { get; init; }

    public bool UseAdapter { get; init; } = true;

    /// <summary>Suggestions wanted, at most.</summary>
    public int Count { get; init; } = 1;
}
