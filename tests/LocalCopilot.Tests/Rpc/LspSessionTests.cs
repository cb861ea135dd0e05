using LocalCopilot.Daemon.Adaptation;
using LocalCopilot.Daemon.Completion;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Daemon.Rpc;
using LocalCopilot.Protocol;
using LocalCopilot.Tests.Statistics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Nerdbank.Streams;
using StreamJsonRpc;

namespace LocalCopilot.Tests.Rpc;

/// <summary>When a completion is ended, over an in-memory connection, with a pipeline that the test lets go on.</summary>
public class LspSessionTests
{
    private const string Uri = "file:///nowhere/a.py";
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_newer_completion_of_the_document_cancels_the_older()
    {
        await using Connection connection = await Connection.OpenAsync();
        Task<InlineCompletionList> older = connection.CompleteAsync(CancellationToken.None);
        await connection.Pipeline.StartedAsync();

        Task<InlineCompletionList> newer = connection.CompleteAsync(CancellationToken.None);
        await connection.Pipeline.StartedAsync();
        connection.Pipeline.Finish("x");

        Assert.Equal(ErrorCodes.RequestCancelled, await ErrorCodeOf(older));
        Assert.Equal("x", Assert.Single((await newer.WaitAsync(Watchdog, Cancelled)).Items).InsertText);
    }

    [Fact]
    public async Task Completion_is_cancelled_when_the_document_changes()
    {
        await using Connection connection = await Connection.OpenAsync();
        Task<InlineCompletionList> completion = connection.CompleteAsync(CancellationToken.None);
        await connection.Pipeline.StartedAsync();

        await connection.Client.NotifyWithParameterObjectAsync(LspMethods.DidChange, new DidChangeParams(new(Uri, 2), [new("y")]));

        Assert.Equal(ErrorCodes.ContentModified, await ErrorCodeOf(completion));
    }

    [Fact]
    public async Task A_cancelled_completion_ends_the_pipeline()
    {
        await using Connection connection = await Connection.OpenAsync();
        using CancellationTokenSource cancel = new();
        Task<InlineCompletionList> completion = connection.CompleteAsync(cancel.Token);
        await connection.Pipeline.StartedAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => completion.WaitAsync(Watchdog, Cancelled));
        await connection.Pipeline.CancelledAsync();
    }

    [Fact]
    public async Task Requests_over_the_cap_are_refused()
    {
        await using Connection connection = await Connection.OpenAsync(maxOpenRequests: 1);
        Task<InlineCompletionList> first = connection.CompleteAsync(CancellationToken.None);
        await connection.Pipeline.StartedAsync();

        Assert.Equal(ErrorCodes.RequestFailed, await ErrorCodeOf(connection.CompleteAsync(CancellationToken.None)));
        connection.Pipeline.Finish("x");
        Assert.Single((await first.WaitAsync(Watchdog, Cancelled)).Items);
    }

    [Fact]
    public async Task What_an_editor_is_answered_is_recorded_and_what_it_is_not_is_not()
    {
        await using Connection connection = await Connection.OpenAsync();
        Task<InlineCompletionList> changed = connection.CompleteAsync(CancellationToken.None);
        await connection.Pipeline.StartedAsync();
        await connection.Client.NotifyWithParameterObjectAsync(LspMethods.DidChange, new DidChangeParams(new(Uri, 2), [new("y")]));
        Assert.Equal(ErrorCodes.ContentModified, await ErrorCodeOf(changed));
        Task<InlineCompletionList> answered = connection.CompleteAsync(CancellationToken.None);
        await connection.Pipeline.StartedAsync();
        connection.Recording.Time.Advance(TimeSpan.FromMilliseconds(250));
        connection.Pipeline.Finish("four");
        InlineCompletionItem item = Assert.Single((await answered.WaitAsync(Watchdog, Cancelled)).Items);

        await connection.Client.NotifyWithParameterObjectAsync(LspMethods.DidShowCompletion, new DidShowCompletionParams(item));
        await connection.Client.NotifyWithParameterObjectAsync(LspMethods.DidPartiallyAcceptCompletion, new DidPartiallyAcceptCompletionParams(item, 3));
        await connection.Client.InvokeWithCancellationAsync(LspMethods.Shutdown, cancellationToken: Cancelled);

        StatisticsResult result = await connection.Recording.ReadAsync();
        Assert.Equal((1, 0, 1, 3L), (result.Total.Shown, result.Total.Accepted, result.Total.PartiallyAccepted, result.Total.CharactersKept));
        Assert.Equal(new LatencyPercentiles(250, 250, 250), result.Total.Latency);
        Assert.Equal("python", Assert.Single(result.ByLanguage.Keys));
    }

    private static async Task<int> ErrorCodeOf(Task<InlineCompletionList> completion)
    {
        try
        {
            await completion.WaitAsync(Watchdog, Cancelled);
            return 0;
        }
        catch (RemoteInvocationException exception)
        {
            return exception.ErrorCode;
        }
        catch (OperationCanceledException)
        {
            return ErrorCodes.RequestCancelled;
        }
    }

    /// <summary>Holds each completion until it is cancelled, or all are finished.</summary>
    private sealed class HeldPipeline : ICompletionService, IEngineStatus
    {
        private readonly SemaphoreSlim _started = new(0);
        private readonly SemaphoreSlim _cancelled = new(0);
        private readonly TaskCompletionSource<string> _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ModelStatus Model { get; } = new() { Id = "m", Path = "/m.gguf", State = ModelState.Ready };

        public EngineStatus Engine { get; } = new() { Threads = 1 };

        public async Task StartedAsync() => Assert.True(await _started.WaitAsync(Watchdog, Cancelled));

        public async Task CancelledAsync() => Assert.True(await _cancelled.WaitAsync(Watchdog, Cancelled));

        public void Finish(string text) => _finish.SetResult(text);

        public async Task<CompletionResult> CompleteAsync(CompletionRequest request, CancellationToken cancellationToken)
        {
            _started.Release();
            try
            {
                return new() { Choices = [new("1", await _finish.Task.WaitAsync(cancellationToken), 0, -1)] };
            }
            catch (OperationCanceledException)
            {
                _cancelled.Release();
                throw;
            }
        }
    }

    private sealed class Connection(JsonRpc client, SessionRpc server, HeldPipeline pipeline, IHost host, DirectoryInfo folder, Recording recording) : IAsyncDisposable
    {
        public JsonRpc Client => client;

        public HeldPipeline Pipeline => pipeline;

        public Recording Recording => recording;

        public static async Task<Connection> OpenAsync(int maxOpenRequests = 256)
        {
            var (near, far) = FullDuplexStream.CreatePipePair();
            HeldPipeline pipeline = new();
            Recording recording = new();
            SessionRpc server = new(new FramedMessageHandler(far, FramingLimits.Default), maxOpenRequests, NullLogger.Instance);
            DirectoryInfo folder = Directory.CreateTempSubdirectory("lc-session-");
            IHost host = DaemonHost.Build(
                new() { ConfigurationDirectory = folder.FullName, DataDirectory = folder.FullName, StateDirectory = folder.FullName, RuntimeDirectory = folder.FullName }, new(), TimeProvider.System, []);
            LearningLoop loop = host.Services.GetRequiredService<LearningLoop>();
            ClientNotifications notifications = new(server, loop);
            WorkDoneProgressReports progress = new(server, notifications, loop);
            LearningMethods learned = ActivatorUtilities.CreateInstance<LearningMethods>(host.Services, progress, new Greeting(isNeeded: false));
            EditorStatus status = new(notifications, progress, pipeline, new(TimeProvider.System, [], ""));
            server.AddLocalRpcTarget(new LspSession(pipeline, [recording.Recorder], new(), new(), learned, loop, recording.Recorder, status, new(), NullLogger<LspSession>.Instance));
            server.StartListening();
            JsonRpc client = new(new FramedMessageHandler(near, FramingLimits.Default));
            client.StartListening();
            await client.InvokeWithParameterObjectAsync<InitializeResult>(LspMethods.Initialize, new InitializeParams(), Cancelled);
            await client.NotifyWithParameterObjectAsync(LspMethods.DidOpen, new DidOpenParams(new(Uri, "python", 1, "x = ")));
            return new(client, server, pipeline, host, folder, recording);
        }

        public Task<InlineCompletionList> CompleteAsync(CancellationToken cancellationToken) => client.InvokeWithParameterObjectAsync<InlineCompletionList>(
            LspMethods.InlineCompletion,
            new InlineCompletionParams { TextDocument = new(Uri), Position = new(0, 0), Context = new(1) },
            cancellationToken);

        public ValueTask DisposeAsync()
        {
            client.Dispose();
            server.Dispose();
            host.Dispose();
            folder.Delete(recursive: true);
            return recording.DisposeAsync();
        }
    }
}
