using System.Buffers.Binary;
using LibGit2Sharp;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Randomness that is the same for the same object: what was read again is what was read before.</summary>
internal static class Seed
{
    public static int Of(ObjectId id) => BinaryPrimitives.ReadInt32LittleEndian(id.RawId);
}
