using System.Numerics.Tensors;
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
    public int Choose(ReadOnlySpan<float> logits) =>
        IsMet ? TensorPrimitives.IndexOfMax(logits)
        : Choose(logits, 1) is [int token] ? token
        : -1;

    /// <summary>The most likely tokens that fit, best first; fewer than wanted where not so many do.</summary>
    public int[] Choose(ReadOnlySpan<float> logits, int count)
    {
        PriorityQueue<int, float> best = new();
        float least = float.NegativeInfinity;
        for (int token = 0; token < logits.Length; token++)
        {
            if ((best.Count < count || logits[token] > least) && Fits(token))
            {
                best.Enqueue(token, logits[token]);
                if (best.Count > count)
                {
                    best.Dequeue();
                }

                best.TryPeek(out _, out least);
            }
        }

        int[] tokens = new int[best.Count];
        for (int i = tokens.Length - 1; i >= 0; i--)
        {
            tokens[i] = best.Dequeue();
        }

        return tokens;
    }

    /// <summary>Whether a token is more than what is required.</summary>
    public bool LeavesChoice(int token) => IsMet || vocabulary.GetPiece(token).Length > Missing.Length;

    /// <summary>Natural-log probability of a token among those that fit.</summary>
    /// <param name="scratch">[vocabulary]; overwritten.</param>
    public double LogProbability(int token, ReadOnlySpan<float> logits, Span<float> scratch)
    {
        if (IsMet)
        {
            return Engine.LogProbability.Of(token, logits, scratch);
        }

        double sum = 0;
        for (int other = 0; other < logits.Length; other++)
        {
            sum += Fits(other) ? Math.Exp(logits[other] - logits[token]) : 0;
        }

        return -Math.Log(sum);
    }

    public void Take(int token) => _met = Math.Min(_required.Length, _met + vocabulary.GetPiece(token).Length);

    private bool Fits(int token)
    {
        if (IsMet)
        {
            return true;
        }

        ReadOnlySpan<byte> piece = vocabulary.GetPiece(token);
        return piece.Length > 0 && !vocabulary.IsEndOfGeneration(token) && (piece.StartsWith(Missing) || Missing.StartsWith(piece));
    }
}
