using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;
using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Hosting;

/// <remarks>Windows only. The pipe's access list names the current user alone, on both sides.</remarks>
internal sealed class NamedPipeTransport(LocalCopilotPaths paths) : LocalTransport
{
    private readonly string _name = $"localcopilot-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(paths.RuntimeDirectory)))[..16]}";

    public override async Task<Stream?> TryConnectAsync(CancellationToken cancellationToken)
    {
        NamedPipeClientStream pipe = new(".", _name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await pipe.ConnectAsync(TimeSpan.FromMilliseconds(100), cancellationToken);
            return pipe;
        }
        catch (TimeoutException)
        {
            await pipe.DisposeAsync();
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            await pipe.DisposeAsync();
            throw new DaemonUnavailableException($"The pipe {_name} is another user's.", exception);
        }
    }

    public override ILocalListener Listen() => new Listener(_name);

    private sealed class Listener(string name) : ILocalListener
    {
        private NamedPipeServerStream? _next = Create(name);

        public async Task<Stream> AcceptAsync(CancellationToken cancellationToken)
        {
            NamedPipeServerStream pipe = _next ?? Create(name);
            await pipe.WaitForConnectionAsync(cancellationToken);
            // The next instance exists before this one is served, so that no client finds the name gone.
            _next = Create(name);
            return pipe;
        }

        public void Dispose() => _next?.Dispose();

        private static NamedPipeServerStream Create(string name) =>
            new(name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
    }
}
