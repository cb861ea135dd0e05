using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Whether a client has said hello, which it must on a control channel before anything else.</summary>
internal sealed class Greeting(bool isNeeded)
{
    private volatile bool _done = !isNeeded;

    public void Done() => _done = true;

    /// <exception cref="StreamJsonRpc.LocalRpcException">It has not.</exception>
    public void Require(string method)
    {
        if (!_done)
        {
            throw RpcErrors.InvalidRequest($"{method} came before {LocalCopilotMethods.Hello}. Send that first.");
        }
    }
}
