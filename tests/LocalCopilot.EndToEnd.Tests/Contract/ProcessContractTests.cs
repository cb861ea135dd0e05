namespace LocalCopilot.EndToEnd.Tests.Contract;

/// <summary>Through `localcopilot lsp`, standard input and output, the socket, and the daemon's process.</summary>
public sealed class ProcessContractTests : LspContractTests
{
    private protected override Task<IOpenedSession> OpenAsync(CancellationToken cancellationToken)
    {
        Sandbox sandbox = new();
        return Task.FromResult<IOpenedSession>(new Session(sandbox, LspClient.Start(sandbox)));
    }

    private sealed class Session(Sandbox sandbox, LspClient client) : IOpenedSession
    {
        public LspClient Client => client;

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await sandbox.DisposeAsync();
        }
    }
}
