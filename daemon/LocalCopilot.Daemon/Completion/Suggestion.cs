namespace LocalCopilot.Daemon.Completion;

/// <summary>What may be shown: text for the cursor's place, and how much of what follows on the line it takes the place of.</summary>
/// <param name="Text">Lines end with LF.</param>
/// <param name="ReplacedLength">UTF-16 units after the cursor, on its line.</param>
internal readonly record struct Suggestion(string Text, int ReplacedLength = 0);
