using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Rpc;
using LocalCopilot.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nerdbank.Streams;

namespace LocalCopilot.EndToEnd.Tests.Contract;

/// <summary>Over an in-memory stream, with the daemon's parts in this process and no socket.</summary>
public sealed class MemoryContractTests : LspContractTests
{
    private protected override async Task<IOpenedSession> OpenAsync(CancellationToken cancellationToken)
    {
        Sandbox sandbox = new();
        IHost host = DaemonHost.Build(sandbox.Paths, new LocalCopilotOptions(), TimeProvider.System, []);
        var (client, server) = FullDuplexStream.CreatePair();
        CancellationTokenSource stop = new();
        Task serving = Task.Run(() => ActivatorUtilities.CreateInstance<ClientConnection>(host.Services).RunAsync(server, stop.Token), CancellationToken.None);
        MultiplexingStream connection = await MultiplexingStream.CreateAsync(client, Multiplexing.Options, cancellationToken);
        connection.StartListening();
        MultiplexingStream.Channel channel = await connection.OfferChannelAsync(ChannelNames.Lsp, cancellationToken);
        return new Session(sandbox, host, stop, serving, connection, new(channel.Output.AsStream(), channel.Input.AsStream()));
    }

    private sealed class Session(Sandbox sandbox, IHost host, CancellationTokenSource stop, Task serving, MultiplexingStream connection, LspClient client) : IOpenedSession
    {
        public LspClient Client => client;

        public async ValueTask DisposeAsync()
        {
            await connection.DisposeAsync();
            await serving.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            client.Dispose();
            stop.Dispose();
            host.Dispose();
            await sandbox.DisposeAsync();
        }
    }
}
