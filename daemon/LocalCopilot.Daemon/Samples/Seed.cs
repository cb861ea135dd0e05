using System.Buffers.Binary;
using LibGit2Sharp;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Randomness that is the same for the same object: what was read again is what was read before.</summary>
internal static class Seed
{
    public static int Of(ObjectId id) => BinaryPrimitives.ReadInt32LittleEndian(id.RawId);

    /// <summary>One that has nothing to do with the first: numbers of neighbouring seeds are alike.</summary>
    public static int SecondOf(ObjectId id) => BinaryPrimitives.ReadInt32LittleEndian(id.RawId.AsSpan(sizeof(int)));
}
