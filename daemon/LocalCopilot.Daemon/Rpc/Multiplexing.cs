using Nerdbank.Streams;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>How a connection is multiplexed, the same on both sides.</summary>
internal static class Multiplexing
{
    public static MultiplexingStream.Options Options => new() { ProtocolMajorVersion = 3, StartSuspended = true };
}
