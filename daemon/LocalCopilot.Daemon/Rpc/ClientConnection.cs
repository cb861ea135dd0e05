using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Adapters;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Models;
using LocalCopilot.Daemon.Statistics;
using LocalCopilot.Protocol;
using Microsoft.Extensions.Logging;
using Nerdbank.Streams;
using StreamJsonRpc;
using StreamJsonRpc.Protocol;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>Serves one client: its channels, until it leaves or breaks the protocol. Neither touches another client.</summary>
internal sealed partial class ClientConnection(
    ServerState server,
    ICompletionService completion,
    CompletionCounters counters,
    IEnumerable<ICompletionFeedback> feedback,
    IModelSelection models,
    IEngineStatus engine,
    OpenDocuments open,
    DisabledRepositories disabled,
    LearningLoop learning,
    AdapterStore adapters,
    AdapterExport export,
    IInferenceEngine inference,
    CompletionRecorder recorder,
    LocalCopilotOptions options,
    LocalCopilotPaths paths,
    ILoggerFactory loggers)
{
    private const int MaxChannels = 8;

    private static readonly JsonRpcTargetOptions TargetOptions = new() { DisposeOnDisconnect = false };

    private readonly ILogger _logger = loggers.CreateLogger<ClientConnection>();

    public async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        List<Task> sessions = [];
        server.ConnectionOpened();
        try
        {
            await using MultiplexingStream connection = await MultiplexingStream.CreateAsync(stream, Multiplexing.Options, cancellationToken);
            using CancellationTokenRegistration stop = cancellationToken.Register(() => _ = connection.DisposeAsync().AsTask());
            connection.ChannelOffered += (_, offer) =>
            {
                if (offer.IsAccepted || sessions.Count >= MaxChannels || offer.Name is not (ChannelNames.Lsp or ChannelNames.Control))
                {
                    Log.ChannelRefused(_logger, offer.Name);
                    connection.RejectChannel(offer.QualifiedId.Id);
                    return;
                }

                MultiplexingStream.Channel channel = connection.AcceptChannel(offer.QualifiedId.Id);
                sessions.Add(Task.Run(() => ServeAsync(channel, offer.Name), CancellationToken.None));
            };
            connection.StartListening();
            await connection.Completion;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                Log.Broken(_logger, exception.Message);
            }
        }
        finally
        {
            await Task.WhenAll(sessions).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await stream.DisposeAsync();
            server.ConnectionClosed();
        }
    }

    private async Task ServeAsync(MultiplexingStream.Channel channel, string name)
    {
        bool isEditor = name == ChannelNames.Lsp;
        if (isEditor)
        {
            server.EditorOpened();
        }

        try
        {
            await RunSessionAsync(channel, isEditor);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Log.SessionBroken(_logger, name, exception.Message);
        }
        finally
        {
            if (isEditor)
            {
                server.EditorClosed();
            }

            channel.Dispose();
        }
    }

    private async Task RunSessionAsync(MultiplexingStream.Channel channel, bool isEditor)
    {
        SessionRpc? rpc = null;
        LspSession? session = null;
        FramedMessageHandler handler = null!;
        handler = new(channel, FramingLimits.Default with { MaxMessageBytes = options.Daemon.MaxMessageBytes })
        {
            Skipped = (message, cancellationToken) => AnswerSkippedAsync(rpc!, session, message, cancellationToken),
        };
        rpc = new(handler, options.Daemon.MaxOpenRequests, _logger) { CancelLocallyInvokedMethodsWhenConnectionIsClosed = true };
        rpc.TraceSource.Switch.Level = System.Diagnostics.SourceLevels.Off;
        using (rpc)
        {
            using ClientNotifications notifications = new(rpc, learning);
            WorkDoneProgressReports progress = new(rpc, notifications, learning);
            Greeting greeting = new(isNeeded: !isEditor);
            LearningMethods learned = new(learning, adapters, export, inference, disabled, recorder, progress, greeting, paths);
            rpc.AddLocalRpcTarget(typeof(ILocalCopilotControl), new ControlMethods(server, completion, counters, models, engine, disabled, learning, recorder, greeting), TargetOptions);
            rpc.AddLocalRpcTarget(typeof(ILocalCopilotLearning), learned, TargetOptions);
            if (isEditor)
            {
                session = new(completion, feedback, open, disabled, learned, learning, recorder, new(notifications, progress, engine, server), options, loggers.CreateLogger<LspSession>());
                rpc.AddLocalRpcTarget(session, TargetOptions);
            }

            rpc.StartListening();
            try
            {
                await (session is null ? rpc.Completion : await Task.WhenAny(rpc.Completion, session.Exited));
            }
            finally
            {
                session?.End();
            }
        }

        async Task AnswerSkippedAsync(SessionRpc to, LspSession? editor, SkippedMessage message, CancellationToken cancellationToken)
        {
            Log.TooLarge(_logger, message.Method ?? "a message", message.Bytes, message.Uri ?? "no document");
            if (message.Uri is { } uri && editor is not null)
            {
                to.Post(() => editor.Forget(uri));
            }

            if (message is { Id: { } id, Method: not null })
            {
                string text = $"{message.Method} has {message.Bytes} bytes; at most {options.Daemon.MaxMessageBytes} are taken. Send a smaller document, or raise daemon.maxMessageBytes in the settings.";
                await handler.WriteAsync(new JsonRpcError { RequestId = id, Error = new() { Code = (JsonRpcErrorCode)ErrorCodes.InvalidRequest, Message = text } }, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A channel named {Name} was refused")]
        public static partial void ChannelRefused(ILogger logger, string name);

        [LoggerMessage(LogLevel.Information, "A connection ended: {Reason}")]
        public static partial void Broken(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Warning, "A session on {Channel} ended: {Reason}")]
        public static partial void SessionBroken(ILogger logger, string channel, string reason);

        [LoggerMessage(LogLevel.Warning, "{Method} of {Bytes} bytes was read past; {Uri} counts as not open")]
        public static partial void TooLarge(ILogger logger, string method, long bytes, string uri);
    }
}
