namespace LocalCopilot.Llama.Gguf;

/// <summary>How a tensor's elements are stored; the values of <c>enum ggml_type</c>.</summary>
public enum GgufTensorType
{
    /// <summary>32-bit floating point.</summary>
    F32 = 0,

    /// <summary>16-bit floating point.</summary>
    F16 = 1,

    /// <summary>4 bits, blocks of 32 with a scale.</summary>
    Q4_0 = 2,

    /// <summary>4 bits, blocks of 32 with a scale and a minimum.</summary>
    Q4_1 = 3,

    /// <summary>5 bits, blocks of 32 with a scale.</summary>
    Q5_0 = 6,

    /// <summary>5 bits, blocks of 32 with a scale and a minimum.</summary>
    Q5_1 = 7,

    /// <summary>8 bits, blocks of 32 with a scale.</summary>
    Q8_0 = 8,

    /// <summary>About 2.6 bits, blocks of 256.</summary>
    Q2_K = 10,

    /// <summary>About 3.4 bits, blocks of 256.</summary>
    Q3_K = 11,

    /// <summary>4.5 bits, blocks of 256.</summary>
    Q4_K = 12,

    /// <summary>5.5 bits, blocks of 256.</summary>
    Q5_K = 13,

    /// <summary>About 6.6 bits, blocks of 256.</summary>
    Q6_K = 14,

    /// <summary>16-bit floating point with the exponent of 32 bits.</summary>
    BF16 = 30,
}

/// <summary>The sizes of tensor types; source: ggml-common.h.</summary>
public static class GgufTensorTypes
{
    /// <summary>Elements of a block, and its bytes; null for a type that is not known here.</summary>
    public static (int Elements, int Bytes)? Block(GgufTensorType type) => type switch
    {
        GgufTensorType.F32 => (1, 4),
        GgufTensorType.F16 or GgufTensorType.BF16 => (1, 2),
        GgufTensorType.Q4_0 => (32, 18),
        GgufTensorType.Q4_1 => (32, 20),
        GgufTensorType.Q5_0 => (32, 22),
        GgufTensorType.Q5_1 => (32, 24),
        GgufTensorType.Q8_0 => (32, 34),
        GgufTensorType.Q2_K => (256, 84),
        GgufTensorType.Q3_K => (256, 110),
        GgufTensorType.Q4_K => (256, 144),
        GgufTensorType.Q5_K => (256, 176),
        GgufTensorType.Q6_K => (256, 210),
        _ => null,
    };
}
