namespace LocalCopilot.Daemon.Rpc;

/// <summary>What is taken from the other side of a connection.</summary>
/// <param name="MaxMessageBytes">Larger messages are read past.</param>
/// <param name="MaxSkippedBytes">A message that claims to be larger than this breaks framing.</param>
internal sealed record FramingLimits(int MaxMessageBytes, long MaxSkippedBytes)
{
    /// <summary>Of one header block.</summary>
    public const int MaxHeaderBytes = 4 * 1024;

    public static FramingLimits Default { get; } = new(16 * 1024 * 1024, 256L * 1024 * 1024);
}
