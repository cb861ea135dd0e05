using System.Text.Json;

namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LspMethods.InlineCompletion"/>.</summary>
public sealed record InlineCompletionParams
{
    /// <summary>An open document.</summary>
    public required TextDocumentIdentifier TextDocument { get; init; }

    /// <summary>The cursor.</summary>
    public required Position Position { get; init; }

    /// <summary>Why it is asked for; absent: invoked.</summary>
    public InlineCompletionContext? Context { get; init; }
}

/// <summary>Why a completion is asked for.</summary>
/// <param name="TriggerKind">1: invoked by the user, 2: automatically.</param>
/// <param name="SelectedCompletionInfo">What the editor's own completion list has selected.</param>
public sealed record InlineCompletionContext(int TriggerKind, SelectedCompletionInfo? SelectedCompletionInfo = null);

/// <summary>The selected item of the editor's own completion list.</summary>
/// <param name="Range">What it would replace.</param>
/// <param name="Text">Its text.</param>
public sealed record SelectedCompletionInfo(Range Range, string Text);

/// <summary>Result of <see cref="LspMethods.InlineCompletion"/>.</summary>
/// <param name="Items">Suggestions, best first; none is a valid answer.</param>
public sealed record InlineCompletionList(IReadOnlyList<InlineCompletionItem> Items);

/// <summary>One suggestion.</summary>
public sealed record InlineCompletionItem
{
    /// <summary>The text that takes the place of <see cref="Range"/>.</summary>
    public required string InsertText { get; init; }

    /// <summary>Always given, on one line.</summary>
    public required Range Range { get; init; }

    /// <summary>Text that the editor filters by; absent: <see cref="InsertText"/>.</summary>
    public string? FilterText { get; init; }

    /// <summary>Run by the editor when the suggestion is accepted.</summary>
    public required EditorCommand Command { get; init; }
}

/// <summary>A command that the editor runs; LSP's <c>Command</c>.</summary>
/// <param name="Title">As shown.</param>
/// <param name="Name">What is run; on the wire <c>command</c>.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record EditorCommand(string Title, [property: System.Text.Json.Serialization.JsonPropertyName("command")] string Name, IReadOnlyList<string>? Arguments = null);

/// <summary>Parameters of <see cref="LspMethods.ExecuteCommand"/>.</summary>
public sealed record ExecuteCommandParams
{
    /// <summary>One of the names in <see cref="ExecuteCommandOptions.Commands"/>.</summary>
    public required string Command { get; init; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<JsonElement>? Arguments { get; init; }
}

/// <summary>Parameters of <see cref="LspMethods.DidShowCompletion"/>.</summary>
/// <param name="Item">The item as it was sent.</param>
public sealed record DidShowCompletionParams(InlineCompletionItem Item);

/// <summary>Parameters of <see cref="LspMethods.DidPartiallyAcceptCompletion"/>.</summary>
/// <param name="Item">The item as it was sent.</param>
/// <param name="AcceptedLength">UTF-16 units of its text that were accepted so far.</param>
public sealed record DidPartiallyAcceptCompletionParams(InlineCompletionItem Item, int AcceptedLength);
