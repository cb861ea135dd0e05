using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Documents;

namespace LocalCopilot.Tests.Completion;

/// <summary>Texts with the cursor written into them as <c>‸</c>.</summary>
internal static class CursorText
{
    private const char Cursor = '‸';

    public static CursorPlace Place(string marked)
    {
        var (text, position) = Split(marked);
        return new(text, position);
    }

    public static (string Text, TextPosition Position) Split(string marked)
    {
        int offset = marked.IndexOf(Cursor, StringComparison.Ordinal);
        string before = marked[..offset];
        return (before + marked[(offset + 1)..], new(before.Count(character => character == '\n'), offset - before.LastIndexOf('\n') - 1));
    }
}
