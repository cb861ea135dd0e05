using LocalCopilot.Llama.Native;

namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>Sizes of attention, from its tensors, and its scale, which ggml hands on as one number.</summary>
/// <param name="HeadLength">Elements of a head, a multiple of 16.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads.</param>
/// <param name="Scale">Factor on products of queries and keys.</param>
internal readonly record struct AttentionShape(int HeadLength, int Heads, int KeyValueHeads, float Scale)
{
    public int Group => Heads / KeyValueHeads;

    public static nint Pack(float scale) => BitConverter.SingleToInt32Bits(scale);

    /// <param name="query">[n, heads, tokens].</param>
    /// <param name="key">[n, key-value heads, tokens].</param>
    /// <param name="packed">What <see cref="Pack"/> gave.</param>
    public static unsafe AttentionShape Of(NativeTensor* query, NativeTensor* key, nint packed) =>
        new((int)query->Lengths[0], (int)query->Lengths[1], (int)key->Lengths[1], BitConverter.Int32BitsToSingle((int)packed));
}
