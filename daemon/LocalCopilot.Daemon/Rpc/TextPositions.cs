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
        if (position.Line < 0 || position.Character < 0)
        {
            throw RpcErrors.NoSuchPosition(document.Uri, position, "lines and characters count from 0");
        }

        ReadOnlySpan<char> rest = document.Text;
        for (int line = 0; line < position.Line; line++)
        {
            int end = rest.IndexOfAny('\r', '\n');
            if (end < 0)
            {
                throw RpcErrors.NoSuchPosition(document.Uri, position, $"the text has {line + 1} lines");
            }

            rest = rest[(end + (rest[end] == '\r' && end + 1 < rest.Length && rest[end + 1] == '\n' ? 2 : 1))..];
        }

        int length = rest.IndexOfAny('\r', '\n');
        return new(position.Line, Math.Min(position.Character, length < 0 ? rest.Length : length));
    }
}
