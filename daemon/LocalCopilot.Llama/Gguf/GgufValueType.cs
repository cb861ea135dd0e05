namespace LocalCopilot.Llama.Gguf;

/// <summary>Types of metadata values, with the numbers that the file format gives them (ggml's <c>gguf.h</c>, <c>enum gguf_type</c>).</summary>
public enum GgufValueType
{
    /// <summary>Unsigned, 1 byte.</summary>
    UInt8 = 0,

    /// <summary>Signed, 1 byte.</summary>
    Int8 = 1,

    /// <summary>Unsigned, 2 bytes.</summary>
    UInt16 = 2,

    /// <summary>Signed, 2 bytes.</summary>
    Int16 = 3,

    /// <summary>Unsigned, 4 bytes.</summary>
    UInt32 = 4,

    /// <summary>Signed, 4 bytes.</summary>
    Int32 = 5,

    /// <summary>IEEE 754, 4 bytes.</summary>
    Float32 = 6,

    /// <summary>1 byte; 0 is false, all else true.</summary>
    Bool = 7,

    /// <summary>Length in bytes as 8 bytes, then UTF-8 without terminator.</summary>
    String = 8,

    /// <summary>Element type as 4 bytes, count as 8 bytes, then the elements. Not nested.</summary>
    Array = 9,

    /// <summary>Unsigned, 8 bytes.</summary>
    UInt64 = 10,

    /// <summary>Signed, 8 bytes.</summary>
    Int64 = 11,

    /// <summary>IEEE 754, 8 bytes.</summary>
    Float64 = 12,
}

internal static class GgufValueTypes
{
    /// <summary>Bytes of one value; 0 for strings and arrays, whose size is in the file.</summary>
    public static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };
}
