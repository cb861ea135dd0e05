using System.Net.Sockets;
using System.Text;
using LocalCopilot.Daemon.Configuration;

namespace LocalCopilot.Daemon.Hosting;

/// <remarks>The socket lies in <see cref="RuntimeFolder"/>; both sides ask the kernel for the other's user as well.</remarks>
internal sealed class UnixSocketTransport(LocalCopilotPaths paths) : LocalTransport
{
    public override async Task<Stream?> TryConnectAsync(CancellationToken cancellationToken)
    {
        UnixDomainSocketEndPoint endpoint = CreateEndpoint();
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable || !File.Exists(paths.SocketFile))
        {
            socket.Dispose();
            return null;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new DaemonUnavailableException($"{paths.SocketFile} cannot be connected to: {exception.Message}.", exception);
        }

        if (!PeerCredentials.IsSameUser(socket))
        {
            socket.Dispose();
            throw new DaemonUnavailableException($"The daemon at {paths.SocketFile} is another user's. Set XDG_RUNTIME_DIR to a folder of yours.");
        }

        return new NetworkStream(socket, ownsSocket: true);
    }

    public override ILocalListener Listen()
    {
        UnixDomainSocketEndPoint endpoint = CreateEndpoint();
        File.Delete(paths.SocketFile);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endpoint);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(paths.SocketFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        socket.Listen(backlog: 128);
        return new Listener(socket, paths.SocketFile);
    }

    private UnixDomainSocketEndPoint CreateEndpoint()
    {
        // sun_path, with its final zero: 108 bytes on Linux, 104 on macOS.
        int limit = OperatingSystem.IsMacOS() ? 103 : 107;
        int length = Encoding.UTF8.GetByteCount(paths.SocketFile);
        return length <= limit
            ? new UnixDomainSocketEndPoint(paths.SocketFile)
            : throw new DaemonUnavailableException($"The socket's path {paths.SocketFile} has {length} bytes; the system takes {limit}. Set XDG_RUNTIME_DIR to a shorter path.");
    }

    private sealed class Listener(Socket socket, string path) : ILocalListener
    {
        public async Task<Stream> AcceptAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                Socket client = await socket.AcceptAsync(cancellationToken);
                if (PeerCredentials.IsSameUser(client))
                {
                    return new NetworkStream(client, ownsSocket: true);
                }

                client.Dispose();
            }
        }

        public void Dispose()
        {
            socket.Dispose();
            File.Delete(path);
        }
    }
}
