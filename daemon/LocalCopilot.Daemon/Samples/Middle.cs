namespace LocalCopilot.Daemon.Samples;

/// <summary>A part of a file that a completion could have written.</summary>
/// <param name="Start">UTF-16 units.</param>
/// <param name="Length">UTF-16 units; neither blanks nor a line break at its end.</param>
internal readonly record struct Middle(int Start, int Length, MiddleKind Kind)
{
    public int End => Start + Length;
}

internal enum MiddleKind
{
    /// <summary>From somewhere in a line to its end.</summary>
    RestOfLine,

    /// <summary>From somewhere in a line to where its brackets are closed again, on a later line.</summary>
    Statement,

    /// <summary>All that is indented below a line that opens it.</summary>
    Block,
}
