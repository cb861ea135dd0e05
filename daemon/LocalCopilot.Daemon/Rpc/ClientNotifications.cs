using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Protocol;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Sends one client what it did not ask for. A client that is gone hears nothing.</summary>
/// <remarks>Messages to one client are sent one after the other, in the order they were given.</remarks>
internal sealed class ClientNotifications : IDisposable
{
    private readonly JsonRpc _rpc;
    private readonly LearningLoop _loop;
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Tells of what is learned from now on.</summary>
    public ClientNotifications(JsonRpc rpc, LearningLoop loop)
    {
        _rpc = rpc;
        _loop = loop;
        loop.Changed += OnChanged;
    }

    public Task SendAsync(string method, object parameters)
    {
        lock (_gate)
        {
            return _last = SendAsync(_last, method, parameters);
        }
    }

    public void Dispose() => _loop.Changed -= OnChanged;

    private void OnChanged(RepositoryStatus status) => _ = SendAsync(LocalCopilotMethods.AdaptationChanged, status);

    private async Task SendAsync(Task before, string method, object parameters)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            await _rpc.NotifyWithParameterObjectAsync(method, parameters);
        }
        catch (Exception exception) when (exception is ConnectionLostException or ObjectDisposedException)
        {
            // Nobody is left to be told.
        }
    }
}
