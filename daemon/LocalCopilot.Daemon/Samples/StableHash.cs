using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Hashes that are the same in every process.</summary>
internal static class StableHash
{
    public static ulong Of(string text) => XxHash64.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()));

    public static ulong Of(ReadOnlySpan<ulong> values) => XxHash64.HashToUInt64(MemoryMarshal.AsBytes(values));
}
