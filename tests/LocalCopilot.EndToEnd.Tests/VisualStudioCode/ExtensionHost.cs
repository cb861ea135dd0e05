using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace LocalCopilot.EndToEnd.Tests.VisualStudioCode;

/// <summary>The process of a window in which its extensions run.</summary>
internal sealed class ExtensionHost(string listening)
{
    public int ProcessId => int.Parse(Path.GetFileName(listening), CultureInfo.InvariantCulture);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Processes of localcopilot that this one has started and that still run.</summary>
    public int[] Children() => Processes.ChildrenOf(ProcessId);

    /// <summary>Runs JavaScript in it.</summary>
    /// <param name="script">The body of an async function that is given <c>vscode</c>.</param>
    /// <returns>What it returned.</returns>
    public async Task<JsonNode?> RunAsync(string script)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(listening), Cancelled);
        await using NetworkStream stream = new(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(script), Cancelled);
        socket.Shutdown(SocketShutdown.Send);
        JsonNode answer = (await JsonNode.ParseAsync(stream, cancellationToken: Cancelled))!;
        return answer["error"] is { } error ? throw new InvalidOperationException($"{error} in: {script}") : answer["result"];
    }
}
