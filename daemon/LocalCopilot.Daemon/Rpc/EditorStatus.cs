using LocalCopilot.Daemon.Engine;
using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Tells one editor how the daemon is: <c>didChangeStatus</c>, and progress while the model loads.</summary>
internal sealed class EditorStatus(ClientNotifications notifications, WorkDoneProgressReports progress, IEngineStatus engine, ServerState server)
{
    private readonly Lock _gate = new();
    private DidChangeStatusParams? _last;

    /// <summary>Whether the client lets the server create progress.</summary>
    public bool HasProgress
    {
        get => progress.MayCreate;
        set => progress.MayCreate = value;
    }

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
                token = await progress.BeginAsync($"Loading {model.Id}");
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
            await progress.EndAsync(token);
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

        return notifications.SendAsync(LspMethods.DidChangeStatus, status);
    }
}
