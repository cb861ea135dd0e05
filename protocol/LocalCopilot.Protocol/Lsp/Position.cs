namespace LocalCopilot.Protocol;

/// <summary>A place in a document.</summary>
/// <param name="Line">Zero-based.</param>
/// <param name="Character">Code units from the line's start, in the negotiated position encoding; past the line's end means its end.</param>
public readonly record struct Position(int Line, int Character);

/// <summary>Part of a document.</summary>
/// <param name="Start">First position.</param>
/// <param name="End">Position after the last.</param>
public readonly record struct Range(Position Start, Position End);
