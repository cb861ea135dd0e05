using LocalCopilot.Daemon.Engine;
using LocalCopilot.Protocol;
using Microsoft.Extensions.Logging;
using StreamJsonRpc;
using StreamJsonRpc.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>JSON-RPC of one channel: caps the open requests and turns exceptions into the contract's errors, without stack traces.</summary>
/// <remarks>Messages are dispatched in the order received, each up to its first wait, so a change is applied before the request that follows it.</remarks>
internal sealed partial class SessionRpc(IJsonRpcMessageHandler handler, int maxOpenRequests, ILogger logger) : JsonRpc(handler)
{
    private int _open;

    /// <summary>Runs after everything that was received before it.</summary>
#pragma warning disable VSTHRD001 // This context is the order of the messages, not a user interface's thread.
    public void Post(Action action) => SynchronizationContext!.Post(_ => action(), null);
#pragma warning restore VSTHRD001

    protected override async ValueTask<JsonRpcMessage> DispatchRequestAsync(JsonRpcRequest request, TargetMethod targetMethod, CancellationToken cancellationToken)
    {
        if (!request.IsResponseExpected)
        {
            return await base.DispatchRequestAsync(request, targetMethod, cancellationToken);
        }

        try
        {
            if (Interlocked.Increment(ref _open) > maxOpenRequests)
            {
                Log.TooManyRequests(logger, request.Method ?? "", maxOpenRequests);
                return new JsonRpcError
                {
                    RequestId = request.RequestId,
                    Error = new()
                    {
                        Code = (JsonRpcErrorCode)ErrorCodes.RequestFailed,
                        Message = $"{maxOpenRequests} requests of this connection are open already. Wait for answers, or cancel requests; daemon.maxOpenRequests in the settings is the limit.",
                    },
                };
            }

            return await base.DispatchRequestAsync(request, targetMethod, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    protected override JsonRpcError.ErrorDetail CreateErrorDetails(JsonRpcRequest request, Exception exception)
    {
        switch (exception)
        {
            case LocalRpcException known:
                return new() { Code = (JsonRpcErrorCode)known.ErrorCode, Message = known.Message, Data = known.ErrorData };
            case ModelUnavailableException:
                return new() { Code = (JsonRpcErrorCode)ErrorCodes.ModelUnavailable, Message = exception.Message };
            case OperationCanceledException:
                return new() { Code = (JsonRpcErrorCode)ErrorCodes.RequestCancelled, Message = "The request was cancelled." };
            default:
                Log.Failed(logger, request.Method ?? "", exception);
                return new() { Code = (JsonRpcErrorCode)ErrorCodes.InternalError, Message = $"{request.Method} failed: {exception.Message} The daemon's log has the details." };
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "{Method} was refused: {Limit} requests are open already")]
        public static partial void TooManyRequests(ILogger logger, string method, int limit);

        [LoggerMessage(LogLevel.Error, "{Method} failed")]
        public static partial void Failed(ILogger logger, string method, Exception exception);
    }
}
