using System.Text;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>The text of tokens as they come; a UTF-8 sequence is held back until it is whole.</summary>
internal sealed class GeneratedText(LlamaVocabulary vocabulary)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _text = new();
    private readonly char[] _characters = new char[256];

    public void Append(int token)
    {
        ReadOnlySpan<byte> bytes = vocabulary.GetPiece(token);
        while (bytes.Length > 0)
        {
            _decoder.Convert(bytes, _characters, flush: false, out int used, out int written, out _);
            _text.Append(_characters, 0, written);
            bytes = bytes[used..];
        }
    }

    public override string ToString() => _text.ToString();
}
