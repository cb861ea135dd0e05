namespace LocalCopilot.Daemon.Documents;

/// <summary>A position as LSP counts: zero-based line, and UTF-16 code units from the line's start.</summary>
internal readonly record struct TextPosition(int Line, int Character);
