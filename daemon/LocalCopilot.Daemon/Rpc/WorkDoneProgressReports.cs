using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Protocol;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>LSP's work-done progress for one client.</summary>
internal sealed class WorkDoneProgressReports(JsonRpc rpc, ClientNotifications notifications, LearningLoop loop)
{
    private static readonly TimeSpan CreatePatience = TimeSpan.FromSeconds(2);

    private int _tokens;

    /// <summary>Whether the client lets the server create progress.</summary>
    public bool MayCreate { get; set; }

    /// <summary>Begins a progress of the server's own.</summary>
    /// <returns>Its token; null where the client takes none.</returns>
    public async Task<string?> BeginAsync(string title)
    {
        if (!MayCreate)
        {
            return null;
        }

        string token = $"localcopilot-{Interlocked.Increment(ref _tokens)}";
        try
        {
            await rpc.InvokeWithParameterObjectAsync(LspMethods.WorkDoneProgressCreate, new WorkDoneProgressCreateParams(token)).WaitAsync(CreatePatience);
            await SendAsync(token, new() { Kind = "begin", Title = title });
            return token;
        }
        catch (Exception exception) when (exception is RemoteRpcException or TimeoutException or ObjectDisposedException)
        {
            // A client that refuses, or does not answer, gets no progress; the work goes on.
            return null;
        }
    }

    public Task EndAsync(string? token, string? message = null) => token is null ? Task.CompletedTask : SendAsync(token, new() { Kind = "end", Message = message });

    /// <summary>Shows a round of learning while it runs.</summary>
    /// <param name="clientToken">The client's own token; null: one is created where the client lets us.</param>
    public async Task<AdaptationResult> ShowAsync(string? clientToken, string root, Func<Task<AdaptationResult>> work)
    {
        string title = $"Learning {Path.GetFileName(root)}";
        string? token = clientToken;
        if (token is null)
        {
            token = await BeginAsync(title);
        }
        else
        {
            await SendAsync(token, new() { Kind = "begin", Title = title, Percentage = 0 });
        }

        void OnChanged(RepositoryStatus status)
        {
            if (token is not null && status.Root == root && status.State is not (RepositoryState.Watching or RepositoryState.Disabled))
            {
                _ = SendAsync(token, new() { Kind = "report", Message = Describe(status), Percentage = status.Progress is { Steps: > 0 } steps ? (int)(100.0 * steps.Step / steps.Steps) : null });
            }
        }

        loop.Changed += OnChanged;
        string? end = null;
        try
        {
            AdaptationResult result = await work();
            end = result.Reason;
            return result;
        }
        finally
        {
            loop.Changed -= OnChanged;
            await EndAsync(token, end);
        }
    }

    private static string Describe(RepositoryStatus status)
    {
        string what = status.State switch
        {
            RepositoryState.Collecting => "collecting",
            RepositoryState.Training => "training",
            RepositoryState.Paused => "paused",
            _ => "measuring",
        };
        return status.Progress?.RemainingMs is { } left ? $"{what}, {Math.Max(1, left / 1000)} s left" : what;
    }

    private Task SendAsync(string token, WorkDoneProgress value) => notifications.SendAsync(LspMethods.Progress, new ProgressParams(token, value));
}
