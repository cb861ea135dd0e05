namespace LocalCopilot.Llama.Gguf;

/// <summary>An array of a GGUF file's metadata. Its elements stay in the file until <see cref="GgufFile.ReadStrings"/> or <see cref="GgufFile.ReadIntegers"/> is asked for them.</summary>
/// <param name="ElementType">Neither <see cref="GgufValueType.Array"/> nor unknown.</param>
/// <param name="Count">Number of elements.</param>
/// <param name="Offset">Of the first element, in bytes from the file's beginning.</param>
public sealed record GgufArray(GgufValueType ElementType, long Count, long Offset);
