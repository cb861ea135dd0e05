namespace LocalCopilot.Protocol;

/// <summary>Channels of the multiplexed connection between a client and the daemon.</summary>
public static class ChannelNames
{
    /// <summary>LSP with an editor; header-framed JSON-RPC.</summary>
    public const string Lsp = "lsp";

    /// <summary>The <c>localCopilot/*</c> methods for the command line; header-framed JSON-RPC. Its first message is <see cref="LocalCopilotMethods.Hello"/>.</summary>
    public const string Control = "control";
}
