using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Hosting;
using Microsoft.Extensions.Hosting;
using Nerdbank.Streams;

namespace LocalCopilot.EndToEnd.Tests.Contract;

/// <summary>Over the real socket, with the daemon's host in this process.</summary>
public sealed class SocketContractTests : LspContractTests
{
    private protected override async Task<IOpenedSession> OpenAsync(CancellationToken cancellationToken)
    {
        Sandbox sandbox = new();
        RuntimeFolder.Ensure(sandbox.Paths);
        IHost host = DaemonHost.Build(sandbox.Paths, new LocalCopilotOptions(), TimeProvider.System, []);
        await host.StartAsync(cancellationToken);
        DaemonClient daemon = await DaemonClient.ConnectAsync(sandbox.Paths, startIfNeeded: false, TimeProvider.System, cancellationToken);
        MultiplexingStream.Channel channel = await daemon.OpenLspAsync(cancellationToken);
        return new Session(sandbox, host, daemon, new(channel.Output.AsStream(), channel.Input.AsStream()));
    }

    private sealed class Session(Sandbox sandbox, IHost host, DaemonClient daemon, LspClient client) : IOpenedSession
    {
        public LspClient Client => client;

        public async ValueTask DisposeAsync()
        {
            await daemon.DisposeAsync();
            await host.StopAsync(TestContext.Current.CancellationToken);
            client.Dispose();
            host.Dispose();
            await sandbox.DisposeAsync();
        }
    }
}
