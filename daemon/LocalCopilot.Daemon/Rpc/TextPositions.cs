using LocalCopilot.Daemon.Documents;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Checks positions that came over the wire.</summary>
internal static class TextPositions
{
    /// <summary>The position, with a character past the line's end taken back to it, as LSP has it.</summary>
    /// <exception cref="StreamJsonRpc.LocalRpcException">There is no such line, or a number is negative.</exception>
    public static TextPosition Check(DocumentSnapshot document, Position position)
    {
        if (!TextOffsets.TryGet(document.Text, new(position.Line, position.Character), out int offset, out int lines))
        {
            throw RpcErrors.NoSuchPosition(document.Uri, position, position.Line < 0 || position.Character < 0 ? "lines and characters count from 0" : $"the text has {lines} lines");
        }

        int lineStart = document.Text.AsSpan(0, offset).LastIndexOfAny('\r', '\n') + 1;
        return new(position.Line, offset - lineStart);
    }
}
