using LocalCopilot.Daemon.Engine;
using LocalCopilot.Protocol;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Tells one editor how the daemon is: <c>didChangeStatus</c>, and progress while the model loads.</summary>
internal sealed class EditorStatus(JsonRpc rpc, IEngineStatus engine, ServerState server)
{
    private readonly Lock _gate = new();
    private DidChangeStatusParams? _last;
    private int _tokens;

    /// <summary>Whether the client lets the server create progress.</summary>
    public bool HasProgress { get; set; }

    public Task ReportNormalAsync() => server.Warnings is [{ } warning, ..]
        ? ReportAsync(new(StatusKind.Warning, Busy: false, warning))
        : ReportAsync(new(StatusKind.Normal, Busy: false, ""));

    /// <param name="reason">Which file turns LocalCopilot off, and what it says.</param>
    public Task ReportDisabledAsync(string reason) => ReportAsync(new(StatusKind.Inactive, Busy: false, $"Off for this repository: {reason}."));

    /// <summary>Runs a completion and says what the user has to know of it: that the model loads, and that it cannot.</summary>
    public async Task<T> ObserveAsync<T>(Func<Task<T>> completion)
    {
        string? token = null;
        try
        {
            if (engine.Model is { State: ModelState.Unloaded or ModelState.Loading } model)
            {
                await ReportAsync(new(StatusKind.Normal, Busy: true, $"Loading {model.Id}"));
                token = await BeginProgressAsync($"Loading {model.Id}");
            }

            T result = await completion();
            await ReportNormalAsync();
            return result;
        }
        catch (ModelUnavailableException exception)
        {
            await ReportAsync(new(StatusKind.Error, Busy: false, exception.Message));
            throw;
        }
        catch (OperationCanceledException)
        {
            await ReportNormalAsync();
            throw;
        }
        finally
        {
            if (token is not null)
            {
                await NotifyAsync(LspMethods.Progress, new ProgressParams(token, new() { Kind = "end" }));
            }
        }
    }

    private async Task<string?> BeginProgressAsync(string title)
    {
        if (!HasProgress)
        {
            return null;
        }

        string token = $"localcopilot-{Interlocked.Increment(ref _tokens)}";
        try
        {
            await rpc.InvokeWithParameterObjectAsync(LspMethods.WorkDoneProgressCreate, new WorkDoneProgressCreateParams(token)).WaitAsync(TimeSpan.FromSeconds(2));
            await NotifyAsync(LspMethods.Progress, new ProgressParams(token, new() { Kind = "begin", Title = title }));
            return token;
        }
        catch (Exception exception) when (exception is RemoteRpcException or TimeoutException or ObjectDisposedException)
        {
            // A client that refuses, or does not answer, gets no progress; its completion goes on.
            return null;
        }
    }

    private Task ReportAsync(DidChangeStatusParams status)
    {
        lock (_gate)
        {
            if (status == _last)
            {
                return Task.CompletedTask;
            }

            _last = status;
        }

        return NotifyAsync(LspMethods.DidChangeStatus, status);
    }

    private async Task NotifyAsync(string method, object parameters)
    {
        try
        {
            await rpc.NotifyWithParameterObjectAsync(method, parameters);
        }
        catch (Exception exception) when (exception is ConnectionLostException or ObjectDisposedException)
        {
            // Nobody is left to be told.
        }
    }
}
