namespace LocalCopilot.Llama.Gguf;

/// <summary>What a GGUF file says of one tensor.</summary>
/// <param name="Name">At most 63 bytes, unique in the file, e.g. <c>blk.0.attn_q.weight</c>.</param>
/// <param name="Type">How its elements are stored.</param>
/// <param name="Shape">1 to 4 extents, the fastest varying first: a row has <c>Shape[0]</c> elements.</param>
/// <param name="Offset">Of its data, in bytes from <see cref="GgufFile.DataOffset"/>; a multiple of <see cref="GgufFile.Alignment"/>.</param>
/// <param name="Elements">Product of the dimensions.</param>
/// <param name="Bytes">Size of its data.</param>
public sealed record GgufTensor(string Name, GgufTensorType Type, IReadOnlyList<long> Shape, long Offset, long Elements, long Bytes);
