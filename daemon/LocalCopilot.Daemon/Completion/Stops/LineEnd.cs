namespace LocalCopilot.Daemon.Completion.Stops;

/// <summary>The end of the line, in single-line mode. A token may hold a line break in its middle.</summary>
internal sealed class LineEnd : ITextEnd
{
    public int? Find(string text) => text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : null;
}
