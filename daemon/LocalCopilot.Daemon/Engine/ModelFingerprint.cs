using System.Buffers.Binary;
using System.IO.Hashing;

namespace LocalCopilot.Daemon.Engine;

/// <summary>Tells models apart whose adapters do not fit each other, also where they have the same name and shape.</summary>
internal static class ModelFingerprint
{
    private const int PartBytes = 64 * 1024;

    /// <summary>Parts that are read, spread evenly: hashing gigabytes would take seconds at every start.</summary>
    private const int Parts = 64;

    /// <returns>16 hexadecimal digits.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Of(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        XxHash64 hash = new();
        byte[] part = new byte[PartBytes];
        long last = Math.Max(0, stream.Length - PartBytes);
        for (int i = 0; i < Parts; i++)
        {
            stream.Position = last * i / (Parts - 1);
            hash.Append(part.AsSpan(0, stream.ReadAtLeast(part, PartBytes, throwOnEndOfStream: false)));
        }

        BinaryPrimitives.WriteInt64LittleEndian(part, stream.Length);
        hash.Append(part.AsSpan(0, sizeof(long)));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
