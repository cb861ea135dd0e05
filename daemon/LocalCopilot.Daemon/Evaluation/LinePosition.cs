namespace LocalCopilot.Daemon.Evaluation;

/// <summary>A place in a real file where the rest of the line, or the block that the line opens, was taken away.</summary>
/// <param name="Path">Relative to the repository's root, with forward slashes.</param>
/// <param name="Text">The file without what was taken away.</param>
/// <param name="Line">Zero-based.</param>
/// <param name="Character">UTF-16 units.</param>
/// <param name="Expected">What was really there, without blanks around it.</param>
internal sealed record LinePosition(string Path, string Text, int Line, int Character, string Expected);
