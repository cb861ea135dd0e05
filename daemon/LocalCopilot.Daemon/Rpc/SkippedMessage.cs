using System.Buffers;
using System.Text.Json;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>What can be known of a message that is too large to be taken, from its beginning.</summary>
/// <param name="Id">Of a request.</param>
/// <param name="Uri">Of the document that it is about.</param>
internal sealed record SkippedMessage(long Bytes, string? Method, RequestId? Id, string? Uri)
{
    /// <summary>Bytes of its beginning that are looked at.</summary>
    public const int HeadBytes = 64 * 1024;

    public static SkippedMessage Read(long bytes, ReadOnlySequence<byte> head)
    {
        string? method = null, uri = null;
        RequestId? id = null;
        Utf8JsonReader reader = new(head, isFinalBlock: false, default);
        try
        {
            string? name = null;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    name = reader.GetString();
                    continue;
                }

                switch (name, reader.CurrentDepth, reader.TokenType)
                {
                    case ("method", 1, JsonTokenType.String):
                        method = reader.GetString();
                        break;
                    case ("id", 1, JsonTokenType.String):
                        id = new(reader.GetString());
                        break;
                    case ("id", 1, JsonTokenType.Number) when reader.TryGetInt64(out long number):
                        id = new(number);
                        break;
                    case ("uri", 3, JsonTokenType.String):
                        uri ??= reader.GetString();
                        break;
                }

                name = null;
            }
        }
        catch (JsonException)
        {
            // Not JSON: what was understood until here is all there is.
        }

        return new(bytes, method, id, uri);
    }
}
