namespace LocalCopilot.Llama.Gguf;

/// <summary>How a tensor's elements are stored, with ggml's numbers (<c>ggml.h</c>, <c>enum ggml_type</c>). Numbers that are not here were taken out of ggml.</summary>
public enum GgufTensorType
{
    /// <summary>IEEE 754 single.</summary>
    F32 = 0,

    /// <summary>IEEE 754 half.</summary>
    F16 = 1,

    /// <summary>4 bits, scale.</summary>
    Q4_0 = 2,

    /// <summary>4 bits, scale and minimum.</summary>
    Q4_1 = 3,

    /// <summary>5 bits, scale.</summary>
    Q5_0 = 6,

    /// <summary>5 bits, scale and minimum.</summary>
    Q5_1 = 7,

    /// <summary>8 bits, scale.</summary>
    Q8_0 = 8,

    /// <summary>8 bits, scale and sum.</summary>
    Q8_1 = 9,

    /// <summary>2 bits, in super-blocks.</summary>
    Q2_K = 10,

    /// <summary>3 bits, in super-blocks.</summary>
    Q3_K = 11,

    /// <summary>4 bits, in super-blocks.</summary>
    Q4_K = 12,

    /// <summary>5 bits, in super-blocks.</summary>
    Q5_K = 13,

    /// <summary>6 bits, in super-blocks.</summary>
    Q6_K = 14,

    /// <summary>8 bits, in super-blocks.</summary>
    Q8_K = 15,

    /// <summary>2.06 bits by codebook.</summary>
    IQ2_XXS = 16,

    /// <summary>2.31 bits by codebook.</summary>
    IQ2_XS = 17,

    /// <summary>3.06 bits by codebook.</summary>
    IQ3_XXS = 18,

    /// <summary>1.56 bits by codebook.</summary>
    IQ1_S = 19,

    /// <summary>4.5 bits, not linear.</summary>
    IQ4_NL = 20,

    /// <summary>3.44 bits by codebook.</summary>
    IQ3_S = 21,

    /// <summary>2.56 bits by codebook.</summary>
    IQ2_S = 22,

    /// <summary>4.25 bits, not linear.</summary>
    IQ4_XS = 23,

    /// <summary>Signed, 1 byte.</summary>
    I8 = 24,

    /// <summary>Signed, 2 bytes.</summary>
    I16 = 25,

    /// <summary>Signed, 4 bytes.</summary>
    I32 = 26,

    /// <summary>Signed, 8 bytes.</summary>
    I64 = 27,

    /// <summary>IEEE 754 double.</summary>
    F64 = 28,

    /// <summary>1.75 bits by codebook.</summary>
    IQ1_M = 29,

    /// <summary>The upper half of an IEEE 754 single.</summary>
    BF16 = 30,

    /// <summary>Ternary, 1.69 bits.</summary>
    TQ1_0 = 34,

    /// <summary>Ternary, 2.06 bits.</summary>
    TQ2_0 = 35,

    /// <summary>4-bit floats with a shared exponent.</summary>
    MXFP4 = 39,

    /// <summary>4-bit floats with 8-bit float scales.</summary>
    NVFP4 = 40,

    /// <summary>1 bit, scale.</summary>
    Q1_0 = 41,

    /// <summary>2 bits, scale.</summary>
    Q2_0 = 42,
}

/// <summary>Sizes of tensor types; a test compares them with those that ggml reports.</summary>
public static class GgufTensorTypes
{
    /// <summary>Elements of one block, and the bytes that it takes; null for a number that ggml does not know. A row is a whole number of blocks.</summary>
    public static (int Elements, int Bytes)? Block(GgufTensorType type) => type switch
    {
        GgufTensorType.F32 or GgufTensorType.I32 => (1, 4),
        GgufTensorType.F16 or GgufTensorType.BF16 or GgufTensorType.I16 => (1, 2),
        GgufTensorType.I8 => (1, 1),
        GgufTensorType.I64 or GgufTensorType.F64 => (1, 8),
        GgufTensorType.Q4_0 or GgufTensorType.IQ4_NL => (32, 18),
        GgufTensorType.Q4_1 => (32, 20),
        GgufTensorType.Q5_0 => (32, 22),
        GgufTensorType.Q5_1 => (32, 24),
        GgufTensorType.Q8_0 => (32, 34),
        GgufTensorType.Q8_1 => (32, 36),
        GgufTensorType.MXFP4 => (32, 17),
        GgufTensorType.NVFP4 => (64, 36),
        GgufTensorType.Q2_0 => (64, 18),
        GgufTensorType.Q1_0 => (128, 18),
        GgufTensorType.Q2_K => (256, 84),
        GgufTensorType.Q3_K => (256, 110),
        GgufTensorType.Q4_K => (256, 144),
        GgufTensorType.Q5_K => (256, 176),
        GgufTensorType.Q6_K => (256, 210),
        GgufTensorType.Q8_K => (256, 292),
        GgufTensorType.IQ2_XXS => (256, 66),
        GgufTensorType.IQ2_XS => (256, 74),
        GgufTensorType.IQ2_S => (256, 82),
        GgufTensorType.IQ3_XXS => (256, 98),
        GgufTensorType.IQ3_S => (256, 110),
        GgufTensorType.IQ1_S => (256, 50),
        GgufTensorType.IQ1_M => (256, 56),
        GgufTensorType.IQ4_XS => (256, 136),
        GgufTensorType.TQ1_0 => (256, 54),
        GgufTensorType.TQ2_0 => (256, 66),
        _ => null,
    };
}
