using System.Text;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>Makes a generated text begin with a given one: as long as some of it is missing, tokens that do not fit are not chosen.</summary>
internal sealed class RequiredText(LlamaVocabulary vocabulary, string required)
{
    private readonly byte[] _required = Encoding.UTF8.GetBytes(required);
    private int _met;

    public bool IsMet => _met == _required.Length;

    private ReadOnlySpan<byte> Missing => _required.AsSpan(_met);

    /// <summary>The most likely token that fits; -1 where none does.</summary>
    public int Choose(ReadOnlySpan<float> logits)
    {
        int best = -1;
        for (int token = 0; token < logits.Length; token++)
        {
            if ((best < 0 || logits[token] > logits[best]) && Fits(token))
            {
                best = token;
            }
        }

        return best;
    }

    public void Take(int token) => _met = Math.Min(_required.Length, _met + vocabulary.GetPiece(token).Length);

    private bool Fits(int token)
    {
        ReadOnlySpan<byte> piece = vocabulary.GetPiece(token);
        return piece.Length > 0 && !vocabulary.IsEndOfGeneration(token) && (piece.StartsWith(Missing) || Missing.StartsWith(piece));
    }
}
