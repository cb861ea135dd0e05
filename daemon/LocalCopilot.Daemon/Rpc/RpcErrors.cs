using LocalCopilot.Protocol;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Every error that the daemon answers with, in one place.</summary>
internal static class RpcErrors
{
    public static LocalRpcException NotOpen(string uri) =>
        Create(ErrorCodes.InvalidParams, $"The document {uri} is not open. Send textDocument/didOpen first; after an edit that did not fit, or a text over the size limit, open it again.");

    public static LocalRpcException NoSuchPosition(string uri, Position position, string reason) =>
        Create(ErrorCodes.InvalidParams, $"Position {position.Line}:{position.Character} of {uri} does not exist: {reason}. Send a position of the text that the daemon was sent.");

    public static LocalRpcException InvalidParams(string message) => Create(ErrorCodes.InvalidParams, message);

    public static LocalRpcException NoPath(string given) => InvalidParams($"{given} is no absolute path and no file uri. Give one of both.");

    public static LocalRpcException Changed(string uri) =>
        Create(ErrorCodes.ContentModified, $"The document {uri} changed while its completion was computed. Ask again.");

    public static LocalRpcException Superseded(string uri) =>
        Create(ErrorCodes.RequestCancelled, $"A newer completion of {uri} was asked for.");

    public static LocalRpcException NotInitialized(string method) =>
        Create(ErrorCodes.ServerNotInitialized, $"{method} came before initialize. Send initialize first.");

    public static LocalRpcException Failed(string message) => Create(ErrorCodes.InternalError, message);

    public static LocalRpcException DiskFull(string folder) =>
        Create(ErrorCodes.InternalError, $"The disk of {folder} is full. Free space on it and ask again; what was done until now is kept.");

    public static LocalRpcException InvalidRequest(string message) => Create(ErrorCodes.InvalidRequest, message);

    public static LocalRpcException MethodNotFound(string message) => Create(ErrorCodes.MethodNotFound, message);

    /// <param name="reason">Which file turns it off, and what it says.</param>
    public static LocalRpcException Disabled(string root, string reason)
    {
        LocalRpcException error = Create(ErrorCodes.Disabled, $"LocalCopilot is off for {root}: {reason}. Change that file to turn it on.");
        error.ErrorData = new DisabledBy(reason);
        return error;
    }

    public static LocalRpcException NotARepository(string path) =>
        Create(ErrorCodes.NotARepository, $"{path} belongs to no git repository with a working tree. Give a file or a folder in one.");

    public static LocalRpcException AdaptationRunning(string message, AdaptationProgress? progress)
    {
        LocalRpcException error = Create(ErrorCodes.AdaptationRunning, message);
        error.ErrorData = progress;
        return error;
    }

    public static LocalRpcException OtherProtocol(string clientVersion)
    {
        LocalRpcException error = Create(
            ErrorCodes.ProtocolVersionMismatch,
            $"The client speaks protocol {clientVersion}, this daemon {ProtocolVersion.Current} (version {ProductVersion.Current}). Use one version of LocalCopilot for both.");
        error.ErrorData = new ProtocolMismatch
        {
            ClientProtocolVersion = clientVersion,
            DaemonProtocolVersion = ProtocolVersion.Current,
            DaemonVersion = ProductVersion.Current,
        };
        return error;
    }

    private static LocalRpcException Create(int code, string message) => new(message) { ErrorCode = code };
}
