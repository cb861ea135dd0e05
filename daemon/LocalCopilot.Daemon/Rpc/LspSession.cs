using System.Text.Json;
using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Daemon.Git;
using LocalCopilot.Daemon.Statistics;
using LocalCopilot.Protocol;
using Microsoft.Extensions.Logging;
using StreamJsonRpc;

namespace LocalCopilot.Daemon.Rpc;

/// <summary>One editor's LSP session.</summary>
/// <remarks>
/// Everything that touches documents runs before a method's first wait, and so in the order of the messages, one at a time.
/// A completion computes on the snapshot that it took then.
/// </remarks>
internal sealed partial class LspSession(ICompletionService completion, IEnumerable<ICompletionFeedback> feedback, OpenDocuments open, DisabledRepositories disabled, ILocalCopilotLearning learned, LearningLoop learning, CompletionRecorder recorder, EditorStatus status, LocalCopilotOptions options, ILogger<LspSession> logger)
{
    /// <summary>A text that is missing must not be taken for an empty one.</summary>
    private static readonly JsonSerializerOptions Json = new(ProtocolJson.CreateOptions()) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private readonly DocumentStore _documents = new();
    private readonly RunningCompletions _running = new();
    private readonly TaskCompletionSource _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WorkspaceFolder> _folders = [];
    private bool _initialized;
    private bool _shutDown;

    /// <summary>Completes when the editor sent <c>exit</c>.</summary>
    public Task Exited => _exit.Task;

    [JsonRpcMethod(LspMethods.Initialize, UseSingleObjectParameterDeserialization = true)]
    public InitializeResult Initialize(InitializeParams parameters)
    {
        if (_initialized)
        {
            throw RpcErrors.InvalidRequest("initialize came twice. Start another session instead.");
        }

        _initialized = true;
        _folders.AddRange(parameters.WorkspaceFolders ?? (parameters.RootUri is { } root ? [new WorkspaceFolder(root)] : []));
        status.HasProgress = parameters.Capabilities?.Window?.WorkDoneProgress == true;
        NameAndVersion? editor = parameters.InitializationOptions?.EditorInfo ?? parameters.ClientInfo;
        Log.Initialized(logger, editor?.Name ?? "unnamed", editor?.Version ?? "");
        return new(
            new()
            {
                // Every client knows UTF-16, and texts are kept in it: offered others are not needed.
                PositionEncoding = PositionEncodings.Utf16,
                TextDocumentSync = new(OpenClose: true, Change: 2, Save: true),
                InlineCompletionProvider = true,
                ExecuteCommandProvider = new([LocalCopilotMethods.DidAcceptCompletionItemCommand, LocalCopilotMethods.AdaptCommand]),
                Workspace = new(new(Supported: true, ChangeNotifications: true)),
            },
            new("LocalCopilot", ProductVersion.Current));
    }

    [JsonRpcMethod(LspMethods.Initialized)]
    public Task InitializedAsync() => status.ReportNormalAsync();

    [JsonRpcMethod(LspMethods.Shutdown)]
    public object? Shutdown()
    {
        RequireInitialized(LspMethods.Shutdown);
        _shutDown = true;
        return null;
    }

    [JsonRpcMethod(LspMethods.Exit)]
    public void Exit() => _exit.TrySetResult();

    [JsonRpcMethod(LspMethods.SetTrace, UseSingleObjectParameterDeserialization = true)]
    public void SetTrace(SetTraceParams parameters) => Log.Trace(logger, parameters.Value);

    [JsonRpcMethod(LspMethods.DidOpen, UseSingleObjectParameterDeserialization = true)]
    public void DidOpen(JsonElement parameters)
    {
        if (Read<DidOpenParams>(LspMethods.DidOpen, parameters)?.TextDocument is not { } item)
        {
            return;
        }

        DocumentSnapshot document = new(item.Uri, item.LanguageId, item.Version, item.Text);
        _documents.Open(document);
        open.Changed(this, document);
        _running.End(item.Uri, RpcErrors.Changed(item.Uri));
        Follow(item.Uri);
    }

    [JsonRpcMethod(LspMethods.DidChange, UseSingleObjectParameterDeserialization = true)]
    public void DidChange(JsonElement parameters)
    {
        if (Read<DidChangeParams>(LspMethods.DidChange, parameters) is not { } changed)
        {
            return;
        }

        string uri = changed.TextDocument.Uri;
        try
        {
            DocumentEdit[] edits = [.. changed.ContentChanges.Select(ToEdit)];
            if (_documents.Change(uri, changed.TextDocument.Version, edits) is { } document)
            {
                open.Changed(this, document);
            }
            else
            {
                Log.ChangedUnopened(logger, uri);
            }
        }
        catch (EditDoesNotFitException exception)
        {
            Log.EditDoesNotFit(logger, uri, exception.Message);
            Forget(uri);
            return;
        }

        _running.End(uri, RpcErrors.Changed(uri));
    }

    [JsonRpcMethod(LspMethods.DidSave, UseSingleObjectParameterDeserialization = true)]
    public void DidSave(DidSaveParams parameters)
    {
        Log.Saved(logger, parameters.TextDocument.Uri);
        if (RepositoryLocator.PathOf(parameters.TextDocument.Uri) is { } path)
        {
            open.WasSaved(path);
        }
    }

    [JsonRpcMethod(LspMethods.DidClose, UseSingleObjectParameterDeserialization = true)]
    public void DidClose(DidCloseParams parameters) => Forget(parameters.TextDocument.Uri);

    [JsonRpcMethod(LspMethods.DidFocus, UseSingleObjectParameterDeserialization = true)]
    public void DidFocus(DidFocusParams parameters)
    {
        Log.Focused(logger, parameters.TextDocument?.Uri ?? "nothing");
        if (parameters.TextDocument is { } document)
        {
            open.Focused(this, document.Uri);
        }
    }

    [JsonRpcMethod(LspMethods.DidChangeWorkspaceFolders, UseSingleObjectParameterDeserialization = true)]
    public void DidChangeWorkspaceFolders(DidChangeWorkspaceFoldersParams parameters)
    {
        _folders.RemoveAll(folder => parameters.Event.Removed.Any(removed => removed.Uri == folder.Uri));
        _folders.AddRange(parameters.Event.Added);
    }

    [JsonRpcMethod(LspMethods.DidChangeConfiguration, UseSingleObjectParameterDeserialization = true)]
    public void DidChangeConfiguration(JsonElement parameters) => Log.ConfigurationChanged(logger, parameters.ValueKind);

    [JsonRpcMethod(LspMethods.InlineCompletion, UseSingleObjectParameterDeserialization = true)]
    public async Task<InlineCompletionList> InlineCompletionAsync(InlineCompletionParams parameters, CancellationToken cancellationToken)
    {
        RequireInitialized(LspMethods.InlineCompletion);
        string uri = parameters.TextDocument.Uri;
        DocumentSnapshot document = _documents.Find(uri) ?? throw RpcErrors.NotOpen(uri);
        CompletionRequest request = InlineCompletions.CreateRequest(parameters, document, RepositoryLocator.RootOf(RepositoryLocator.PathOf(uri), _folders), options.Completion.Alternatives);
        if (disabled.ReasonOf(request.RepositoryRoot) is { } reason)
        {
            await status.ReportDisabledAsync(reason);
            return new([]);
        }

        AskedCompletion asked = recorder.Ask(document.LanguageId, request.RepositoryRoot);
        using RunningCompletions.Running running = _running.Begin(uri, cancellationToken);
        try
        {
            CompletionResult result = await status.ObserveAsync(() => completion.CompleteAsync(request, running.Token));
            if (running.Error is { } error)
            {
                throw error;
            }

            recorder.Answer(asked, result.Choices, result.Adapter);
            return InlineCompletions.CreateResult(request, result);
        }
        catch (OperationCanceledException) when (running.Error is not null)
        {
            throw running.Error;
        }
    }

    [JsonRpcMethod(LspMethods.ExecuteCommand, UseSingleObjectParameterDeserialization = true)]
    public async Task<AdaptationResult?> ExecuteCommandAsync(ExecuteCommandParams parameters, CancellationToken cancellationToken)
    {
        RequireInitialized(LspMethods.ExecuteCommand);
        string? argument = parameters.Arguments is [{ ValueKind: JsonValueKind.String } first, ..] ? first.GetString() : null;
        switch (parameters.Command)
        {
            case LocalCopilotMethods.DidAcceptCompletionItemCommand:
                Tell(heard => heard.Accepted(argument ?? throw RpcErrors.InvalidParams($"{parameters.Command} takes one argument, the completion's id. Send `command.arguments` of the accepted item.")));
                return null;
            case LocalCopilotMethods.AdaptCommand:
                string repository = argument ?? throw RpcErrors.InvalidParams($"{parameters.Command} takes one argument, the uri of a repository or of something in it.");
                return await learned.AdaptAsync(new() { Repository = repository, Force = true }, cancellationToken);
            default:
                throw RpcErrors.MethodNotFound($"There is no command {parameters.Command}. Known: {LocalCopilotMethods.DidAcceptCompletionItemCommand}, {LocalCopilotMethods.AdaptCommand}.");
        }
    }

    [JsonRpcMethod(LspMethods.DidShowCompletion, UseSingleObjectParameterDeserialization = true)]
    public void DidShowCompletion(DidShowCompletionParams parameters)
    {
        if (parameters.Item.Command.Arguments is [{ } id, ..])
        {
            Tell(heard => heard.Shown(id));
        }
    }

    [JsonRpcMethod(LspMethods.DidPartiallyAcceptCompletion, UseSingleObjectParameterDeserialization = true)]
    public void DidPartiallyAcceptCompletion(DidPartiallyAcceptCompletionParams parameters)
    {
        if (parameters.Item.Command.Arguments is [{ } id, ..])
        {
            Tell(heard => heard.PartiallyAccepted(id, parameters.AcceptedLength));
        }
    }

    /// <summary>A message was too large: the document it would have opened or changed is not known any more.</summary>
    internal void Forget(string uri)
    {
        _documents.Close(uri);
        open.Closed(this, uri);
        _running.End(uri, RpcErrors.Changed(uri));
    }

    /// <summary>The editor is gone: its documents are not open any more.</summary>
    internal void End() => open.SessionEnded(this);

    /// <remarks>In an array, null passes for any type.</remarks>
    private static DocumentEdit ToEdit(ContentChange? change) => change is null
        ? throw new EditDoesNotFitException("A change is null.")
        : new(change.Text, change.Range is { } range ? (ToText(range.Start), ToText(range.End)) : null);

    private static TextPosition ToText(Position position) => new(position.Line, position.Character);

    /// <summary>What a document's text depends on is read here and not by StreamJsonRpc, which would pass over a notification that it cannot read.</summary>
    /// <returns>Null where it cannot be understood: its document is not known any more.</returns>
    private T? Read<T>(string method, JsonElement parameters)
        where T : class
    {
        try
        {
            return parameters.Deserialize<T>(Json) ?? throw new JsonException("It has no parameters.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            string? uri = parameters.ValueKind == JsonValueKind.Object
                && parameters.TryGetProperty("textDocument", out JsonElement document) && document.ValueKind == JsonValueKind.Object
                && document.TryGetProperty("uri", out JsonElement name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            Log.NotUnderstood(logger, method, uri ?? "no document", exception.Message);
            if (uri is not null)
            {
                Forget(uri);
            }

            return null;
        }
    }

    /// <summary>What somebody works in is learned, or would be if it were not turned off, which may change.</summary>
    private void Follow(string uri)
    {
        if (RepositoryLocator.RootOf(RepositoryLocator.PathOf(uri), []) is { } root)
        {
            _ = Task.Run(() => learning.Follow(root));
        }
    }

    private void Tell(Action<ICompletionFeedback> what)
    {
        foreach (ICompletionFeedback heard in feedback)
        {
            what(heard);
        }
    }

    private void RequireInitialized(string method)
    {
        if (!_initialized)
        {
            throw RpcErrors.NotInitialized(method);
        }

        if (_shutDown)
        {
            throw RpcErrors.InvalidRequest($"{method} came after shutdown. Send exit.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Session of {Editor} {Version}")]
        public static partial void Initialized(ILogger logger, string editor, string version);

        [LoggerMessage(LogLevel.Debug, "Trace set to {Value}")]
        public static partial void Trace(ILogger logger, string value);

        [LoggerMessage(LogLevel.Debug, "Saved {Uri}")]
        public static partial void Saved(ILogger logger, string uri);

        [LoggerMessage(LogLevel.Debug, "Focus on {Uri}")]
        public static partial void Focused(ILogger logger, string uri);

        [LoggerMessage(LogLevel.Debug, "The client's configuration changed ({Kind}); it has none for LocalCopilot")]
        public static partial void ConfigurationChanged(ILogger logger, JsonValueKind kind);

        [LoggerMessage(LogLevel.Warning, "A change of {Uri} is ignored: it is not open")]
        public static partial void ChangedUnopened(ILogger logger, string uri);

        [LoggerMessage(LogLevel.Error, "{Method} was not understood; {Uri} is ignored until it is opened again. {Reason}")]
        public static partial void NotUnderstood(ILogger logger, string method, string uri, string reason);

        [LoggerMessage(LogLevel.Error, "{Uri} is ignored until it is opened again. {Reason}")]
        public static partial void EditDoesNotFit(ILogger logger, string uri, string reason);
    }
}
