using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Llama;
using LocalCopilot.Protocol;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Engine;

/// <summary>Serves the selected model.</summary>
/// <remarks>
/// One thread owns model, context and cache; requests reach it through the queue. The model is loaded by the first request and
/// given back after the set idle time. A model that could not be loaded is not tried again until its file has changed or another
/// is selected. When an evaluation fails, the model is loaded anew for the next request.
/// </remarks>
internal sealed partial class InferenceEngine : IInferenceEngine, IEngineStatus, IDisposable
{
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<InferenceEngine> _logger;
    private readonly EngineQueue _queue = new();
    private readonly TokenRate _promptRate = new();
    private readonly TokenRate _decodeRate = new();
    private readonly Lock _startGate = new();
    private Thread? _thread;
    private LoadedModel? _loaded;
    private volatile ServedModel? _served;
    private (string Path, DateTime Written, ModelUnavailableException Error)? _failure;
    private volatile string _path;
    private volatile ModelStatus _status;
    private volatile string? _device;

    public InferenceEngine(LocalCopilotOptions options, TimeProvider time, ILogger<InferenceEngine> logger)
    {
        _options = options.Engine;
        _time = time;
        _logger = logger;
        _path = options.Model.Path.Length > 0 ? options.Model.Path : EmbeddedModelFile.Path;
        _status = Describe(_path, ModelState.Unloaded);
        LlamaLog.Written += OnLlamaLog;
    }

    public ModelStatus Model => _status;

    public EngineStatus Engine => new()
    {
        Device = _device,
        Threads = EngineThreads.Resolve(_options.Threads),
        PromptTokensPerSecond = _promptRate.PerSecond,
        DecodeTokensPerSecond = _decodeRate.PerSecond,
    };

    public ValueTask<ServedModel> GetModelAsync(CancellationToken cancellationToken) =>
        _served is { } served ? new(served) : new(EnqueueAsync(EnginePriority.Completion, _ => Load().Served, cancellationToken));

    public Task<ServedModel> UseModelAsync(string path, CancellationToken cancellationToken) =>
        EnqueueAsync(EnginePriority.Completion, _ => Replace(path).Served, cancellationToken);

    public Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        EnqueueAsync(request.Priority, queued => Generate(request, queued), cancellationToken);

    public Task PrefetchAsync(ServedModel model, SequenceKey sequence, ReadOnlyMemory<int> prompt, CancellationToken cancellationToken) =>
        EnqueueAsync(EnginePriority.Prefetch, _ => Prefetch(model, sequence, prompt.Span), cancellationToken);

    public Task<IReadOnlyList<float>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken) =>
        EnqueueAsync(EnginePriority.Evaluation, _ => Score(request), cancellationToken);

    public Task LoadAdapterAsync(ServedModel model, AdapterFile adapter, CancellationToken cancellationToken) =>
        EnqueueAsync(EnginePriority.Completion, _ => Load(model).Adapters.Load(adapter), cancellationToken);

    public void Dispose()
    {
        if (!_queue.Close())
        {
            return;
        }

        Thread? thread;
        lock (_startGate)
        {
            thread = _thread;
        }

        thread?.Join();
        LlamaLog.Written -= OnLlamaLog;
        _queue.Dispose();
    }

    private Task<T> EnqueueAsync<T>(EnginePriority priority, Func<TimeSpan, T> run, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        EngineJob<T> job = new(priority, _time, run, cancellationToken);
        _queue.Enqueue(job);
        lock (_startGate)
        {
            if (_thread is null)
            {
                _thread = new(Run) { IsBackground = true, Name = "engine" };
                _thread.Start();
            }
        }

        return job.Result;
    }

    private void Run()
    {
        TimeSpan idle = _options.UnloadAfter > TimeSpan.Zero ? _options.UnloadAfter : Timeout.InfiniteTimeSpan;
        while (true)
        {
            if (_queue.TryTake(_loaded is null ? Timeout.InfiniteTimeSpan : idle, out EngineJob? job))
            {
                RunOne(job!);
            }
            else if (_queue.IsClosed)
            {
                break;
            }
            else
            {
                Unload();
                Log.Unloaded(_logger, _path);
            }
        }

        Unload();
    }

    private void RunOne(EngineJob job)
    {
        bool beginAgain = false;
        try
        {
            job.Run(_time.GetTimestamp());
        }
        catch (OperationCanceledException)
        {
            beginAgain = job.BeginsAgain && !job.IsCompleted;
            if (!beginAgain)
            {
                job.Cancel();
            }
        }
        catch (LlamaException exception)
        {
            Log.EvaluationFailed(_logger, exception);
            Unload();
            job.Fail(exception);
        }
        catch (Exception exception)
        {
            // Whatever it is, it belongs to the one who asked; the engine's thread goes on.
            job.Fail(exception);
        }

        _queue.Finished(job, beginAgain);
    }

    private GenerationResult Generate(GenerationRequest request, TimeSpan queued)
    {
        LoadedModel loaded = Load(request.Model);
        Check(loaded, request.Prompt.Length, request.MaxTokens);
        GenerationResult result = new Generator(loaded, _queue.Abort, _time).Generate(request) with { Queue = queued };
        _promptRate.Add(result.PromptTokens - result.CachedTokens, result.Prompt);
        _decodeRate.Add(result.GeneratedTokens, result.Decode);
        return result;
    }

    private bool Prefetch(ServedModel model, SequenceKey key, ReadOnlySpan<int> prompt)
    {
        LoadedModel loaded = Load(model);
        Check(loaded, prompt.Length, 0);
        loaded.Adapters.Use(key.Adapter);
        loaded.LeavesOneProcessor = true;
        try
        {
            PromptEvaluation.Evaluate(loaded, loaded.Sequences.Acquire(key, prompt, evaluation: false), prompt);
        }
        finally
        {
            loaded.LeavesOneProcessor = false;
        }

        return true;
    }

    private IReadOnlyList<float> Score(ScoreRequest request)
    {
        if (request.Targets.Length == 0)
        {
            return [];
        }

        LoadedModel loaded = Load(request.Model);
        Check(loaded, request.Prompt.Length, request.Targets.Length);
        return new Generator(loaded, _queue.Abort, _time).Score(request);
    }

    private static void Check(LoadedModel loaded, int promptTokens, int further)
    {
        if (promptTokens < 1 || promptTokens + further > loaded.Served.ContextTokens)
        {
            throw new ArgumentException($"A prompt of {promptTokens} tokens with {further} to follow was asked for; the context of {loaded.Served.Id} has {loaded.Served.ContextTokens}, and a prompt needs one at least.");
        }
    }

    private LoadedModel Load(ServedModel wanted)
    {
        LoadedModel loaded = Load();
        return loaded.Served.Fingerprint == wanted.Fingerprint ? loaded : throw new ModelReplacedException(wanted, loaded.Served);
    }

    private LoadedModel Load()
    {
        if (_loaded is not null)
        {
            return _loaded;
        }

        string path = _path;
        if (_failure is { } failure && failure.Path == path && failure.Written == Written(path))
        {
            throw new ModelUnavailableException(failure.Error.Message, failure.Error);
        }

        _status = Describe(path, ModelState.Loading);
        try
        {
            Use(LoadFile(path));
            return _loaded!;
        }
        catch (ModelUnavailableException exception)
        {
            _failure = (path, Written(path), exception);
            _status = Describe(path, ModelState.Failed) with { Error = exception.Message };
            Log.LoadFailed(_logger, path, exception.Message);
            throw;
        }
    }

    private LoadedModel Replace(string path)
    {
        LoadedModel loaded = LoadFile(path);
        Unload();
        _path = path;
        Use(loaded);
        return loaded;
    }

    private LoadedModel LoadFile(string path)
    {
        long start = _time.GetTimestamp();
        LoadedModel loaded = LoadedModel.Load(path, _options, _queue.Abort, _time);
        Log.Loaded(_logger, path, loaded.Device.Name, (long)_time.GetElapsedTime(start).TotalMilliseconds);
        return loaded;
    }

    private void Use(LoadedModel loaded)
    {
        _failure = null;
        _loaded = loaded;
        _device = loaded.Device.Name;
        _served = loaded.Served;
        _status = Describe(loaded.Model.Path, ModelState.Ready) with
        {
            Architecture = loaded.Model.Architecture,
            Parameters = loaded.Model.Parameters,
            ContextTokens = loaded.Served.ContextTokens,
        };
    }

    private void Unload()
    {
        _served = null;
        _loaded?.Dispose();
        _loaded = null;
        if (_status.State == ModelState.Ready)
        {
            _status = _status with { State = ModelState.Unloaded };
        }
    }

    private static DateTime Written(string path) => File.GetLastWriteTimeUtc(path);

    private static ModelStatus Describe(string path, ModelState state) => new() { Id = Path.GetFileNameWithoutExtension(path), Path = path, State = state };

    private void OnLlamaLog(LlamaLogLevel level, string line)
    {
        if (level >= LlamaLogLevel.Warning)
        {
            Log.Llama(_logger, level == LlamaLogLevel.Error ? LogLevel.Error : LogLevel.Warning, line);
        }
        else
        {
            Log.Llama(_logger, LogLevel.Debug, line);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Loaded {Path} to {Device} in {Milliseconds} ms")]
        public static partial void Loaded(ILogger logger, string path, string device, long milliseconds);

        [LoggerMessage(LogLevel.Information, "Gave back the memory of {Path}: nobody asked for a completion")]
        public static partial void Unloaded(ILogger logger, string path);

        [LoggerMessage(LogLevel.Error, "{Path} cannot be loaded: {Reason}")]
        public static partial void LoadFailed(ILogger logger, string path, string reason);

        [LoggerMessage(LogLevel.Error, "An evaluation failed; the model is loaded anew for the next request")]
        public static partial void EvaluationFailed(ILogger logger, Exception exception);

        [LoggerMessage("llama.cpp: {Line}")]
        public static partial void Llama(ILogger logger, LogLevel level, string line);
    }
}
