namespace LocalCopilot.Llama.Ggml.Kernels;

/// <summary>Sizes of attention, packed into the one number that ggml hands on.</summary>
/// <param name="HeadLength">Elements of a head, a multiple of 16.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads.</param>
internal readonly record struct AttentionShape(int HeadLength, int Heads, int KeyValueHeads)
{
    private const int Bits = 20;
    private const long Mask = (1 << Bits) - 1;

    public int Group => Heads / KeyValueHeads;

    public float Scale => 1 / MathF.Sqrt(HeadLength);

    public nint Pack() => (nint)(((long)HeadLength << (2 * Bits)) | ((long)Heads << Bits) | (long)KeyValueHeads);

    public static AttentionShape Unpack(nint packed) => new((int)(packed >> (2 * Bits)), (int)((packed >> Bits) & Mask), (int)(packed & Mask));
}
