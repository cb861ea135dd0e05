namespace LocalCopilot.Daemon.Documents;

/// <summary>One edit, to the text that the edit before it left.</summary>
/// <param name="Span">What <paramref name="Text"/> takes the place of; null: everything.</param>
internal readonly record struct DocumentEdit(string Text, (TextPosition Start, TextPosition End)? Span);

/// <summary>An edit names a place that the text does not have: both sides disagree about the text.</summary>
internal sealed class EditDoesNotFitException(string message) : Exception(message);
