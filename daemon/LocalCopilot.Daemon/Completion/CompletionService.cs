using System.Globalization;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Completion.Filters;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Completion.Rhythm;
using LocalCopilot.Daemon.Completion.Stops;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Daemon.Engine;
using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Completion;

/// <summary>The pipeline: what was typed through, else context, prompt, decode, clean up.</summary>
/// <remarks>Usable from any thread; keeps nothing but bounded caches. A request that was cancelled leaves nothing behind but what the engine's cache holds.</remarks>
internal sealed class CompletionService(
    IInferenceEngine engine,
    LocalCopilotOptions options,
    StickyContext context,
    SuggestionLog suggestions,
    CompletionCounters counters,
    TypingRhythms rhythms,
    IActiveAdapters adapters,
    CompletionActivity activity,
    TimeProvider time) : ICompletionService
{
    private readonly TypedThroughCache _typedThrough = new();
    private readonly OutlineCache _outlines = new();
    private volatile ModelPrompts? _prompts;
    private volatile RunningPrefetch? _prefetch;
    private volatile CancellationTokenSource? _ahead;
    private long _ids;

    public async Task<CompletionResult> CompleteAsync(CompletionRequest request, CancellationToken cancellationToken)
    {
        activity.Note();
        if (request.Trigger == CompletionTrigger.Automatic)
        {
            rhythms.Typed(request.Document.Uri);
        }

        if (_prefetch is { } prefetch && prefetch.IsFor(request))
        {
            // The same is being computed already; what comes of it is in the cache then.
            await prefetch.Done.WaitAsync(cancellationToken);
        }

        return await CompleteAsync(request, EnginePriority.Completion, cancellationToken);
    }

    /// <summary>Computes what will be asked for after a suggestion was accepted, so that it is there then.</summary>
    public async Task PrefetchAsync(AcceptedSuggestion accepted, CancellationToken cancellationToken)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RunningPrefetch prefetch = new(accepted.Next(), done.Task);
        _prefetch = prefetch;
        try
        {
            await CompleteAsync(prefetch.Request, EnginePriority.Prefetch, cancellationToken);
        }
        finally
        {
            done.SetResult();
            Interlocked.CompareExchange(ref _prefetch, null, prefetch);
        }
    }

    private async Task<CompletionResult> CompleteAsync(CompletionRequest request, EnginePriority priority, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        ServedModel model = await engine.GetModelAsync(cancellationToken);
        try
        {
            return await CompleteAsync(request, priority, start, model, cancellationToken);
        }
        catch (Exception exception) when (exception is ModelReplacedException or ObjectDisposedException)
        {
            // Another model was selected, or the idle one left the memory, while the prompt was made.
            return await CompleteAsync(request, priority, start, await engine.GetModelAsync(cancellationToken), cancellationToken);
        }
    }

    /// <param name="start">When it was asked for.</param>
    private async Task<CompletionResult> CompleteAsync(CompletionRequest request, EnginePriority priority, long start, ServedModel model, CancellationToken cancellationToken)
    {
        AdapterFile? adapter = request.UseAdapter ? adapters.Of(request.RepositoryRoot, model) : null;
        try
        {
            return await CompleteAsync(request, priority, start, model, adapter, cancellationToken);
        }
        catch (AdapterUnavailableException failure)
        {
            adapters.Failed(failure);
            return await CompleteAsync(request, priority, start, model, null, cancellationToken);
        }
    }

    /// <param name="start">When it was asked for.</param>
    private async Task<CompletionResult> CompleteAsync(CompletionRequest request, EnginePriority priority, long start, ServedModel model, AdapterFile? adapter, CancellationToken cancellationToken)
    {
        TimeSpan waited = time.GetElapsedTime(start);
        CursorPlace place = new(request.Document.Text, request.Position);
        bool isAutomatic = request.Trigger == CompletionTrigger.Automatic;
        SuggestionKind kind = new(model.Path, adapter?.Id, request.SingleLine, request.MaxTokens);
        if (MayContinue(request) && _typedThrough.Find(kind, request.Document, place.Offset) is { } known)
        {
            counters.CountTypedThrough();
            return new() { Choices = [known], Adapter = adapter?.Id, Timings = new() { Queue = waited, Total = time.GetElapsedTime(start) } };
        }

        // What is evaluated for later would keep a core from what is wanted now.
        _ahead?.Cancel();
        bool singleLine = request.SingleLine ?? LineMode.IsSingleLine(place);
        int maxTokens = Math.Min(PromptBudget.MostGenerated(model.ContextTokens), request.MaxTokens ?? (singleLine ? options.Completion.MaxLineTokens : options.Completion.MaxTokens));
        PromptBudget budget = PromptBudget.Of(model.ContextTokens, maxTokens, options.Completion);
        IReadOnlyList<PromptChunk> chunks = await FindContextAsync(request, place, budget, wait: !isAutomatic && priority == EnginePriority.Completion, cancellationToken);
        PromptParts parts = Parts(request, place, chunks);
        BuiltPrompt prompt = BuilderFor(model).Build(parts, budget);
        bool whileTyping = isAutomatic && priority == EnginePriority.Completion;
        bool mayHurry = whileTyping && prompt.Tokens.Length > 2 * PromptBudget.Hurried.Total;
        SequenceKey sequence = new(request.Document.Uri, adapter);
        TimeSpan prepared = time.GetElapsedTime(start);
        CountedTokens counted = new();
        try
        {
            if (whileTyping)
            {
                await WaitForSilenceAsync(request.Document.Uri, model, sequence, prompt, cancellationToken);
            }

            TimeSpan heldBack = time.GetElapsedTime(start) - prepared;
            GenerationResult result = await engine.GenerateAsync(
                new()
                {
                    Model = model,
                    Sequence = sequence,
                    Prompt = prompt.Tokens,
                    Hurried = mayHurry ? () => BuilderFor(model).Build(parts, PromptBudget.Hurried).Tokens : null,
                    MaxTokens = maxTokens,
                    Stop = () => counted.Over(SuggestionEnd.For(place, singleLine)),
                    Alternatives = Math.Max(1, request.Count),
                    DecodeBudget = isAutomatic ? options.Completion.DecodeBudget : null,
                    GiveUpBelow = isAutomatic ? options.Completion.MinimumMeanLogProbability : null,
                    Unfinished = prompt.Unfinished,
                    RequiredStart = request.SelectedText ?? "",
                    Priority = priority,
                },
                cancellationToken);
            CompletionResult answer = Answer(request, kind, place, result) with
            {
                Adapter = adapter?.Id,
                Timings = new(waited + heldBack + result.Queue, prepared - waited, result.Prompt, result.Decode, time.GetElapsedTime(start)),
            };
            counters.CountComputed(result.GeneratedTokens, answer.Choices.Count > 0);
            if (whileTyping)
            {
                rhythms.Answered(result.Prompt + result.Decode);
            }

            if (result.Hurried)
            {
                _ = EvaluateAheadAsync(model, sequence, prompt);
            }

            return answer;
        }
        catch (OperationCanceledException)
        {
            counters.CountCancelled(counted.Count);
            throw;
        }
    }

    /// <summary>Whether the rest of an earlier suggestion may answer, and this one's rest a later request.</summary>
    private static bool MayContinue(CompletionRequest request) => request is { Count: 1, UseContext: true, WaitForIndex: false, SelectedText: null };

    private CompletionResult Answer(CompletionRequest request, SuggestionKind kind, CursorPlace place, GenerationResult result)
    {
        List<CompletionChoice> choices = [];
        string lineEnd = request.Document.Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        foreach (Generation generation in result.Generations)
        {
            if (IsWorthShowing(request, generation)
                && SuggestionFilters.Apply(SensibleEnd.Of(generation), place) is { } suggestion
                && suggestion.Text.StartsWith(request.SelectedText ?? "", StringComparison.Ordinal)
                && !choices.Exists(other => other.InsertText == suggestion.Text))
            {
                string text = lineEnd == "\n" ? suggestion.Text : suggestion.Text.Replace("\n", lineEnd, StringComparison.Ordinal);
                CompletionChoice choice = new(Interlocked.Increment(ref _ids).ToString("x", CultureInfo.InvariantCulture), text, suggestion.ReplacedLength, generation.MeanLogProbability);
                choices.Add(choice);
                suggestions.Add(choice.Id, new(request, place.Offset, choice));
            }
        }

        // What was asked for several times over is typed on as one.
        if (choices.Count > 0 && MayContinue(request with { Count = 1 }))
        {
            _typedThrough.Add(kind, request.Document, place.Offset, choices[0]);
        }

        return new()
        {
            Choices = choices,
            PromptTokens = result.PromptTokens,
            CachedTokens = result.CachedTokens,
            GeneratedTokens = result.GeneratedTokens,
        };
    }

    private bool IsWorthShowing(CompletionRequest request, Generation generation) =>
        request.Trigger == CompletionTrigger.Invoked || generation.MeanLogProbability >= options.Completion.MinimumMeanLogProbability;

    private async Task WaitForSilenceAsync(string uri, ServedModel model, SequenceKey sequence, BuiltPrompt prompt, CancellationToken cancellationToken)
    {
        TimeSpan delay = rhythms.DelayFor(uri);
        if (delay > TimeSpan.Zero)
        {
            // What was typed stays valid: its evaluation is not lost when the answer is.
            _ = EvaluateAheadAsync(model, sequence, prompt);
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    /// <summary>Evaluates a prompt for the requests to come, until the next one that needs the model: what was evaluated by then stays.</summary>
    private async Task EvaluateAheadAsync(ServedModel model, SequenceKey sequence, BuiltPrompt prompt)
    {
        CancellationTokenSource superseded = new();
        Interlocked.Exchange(ref _ahead, superseded)?.Cancel();
        try
        {
            await engine.PrefetchAsync(model, sequence, prompt.Tokens, superseded.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ModelUnavailableException or AdapterUnavailableException or LlamaException or ObjectDisposedException)
        {
            // The completion that needs it meets the same error, and tells it.
        }
        finally
        {
            Interlocked.CompareExchange(ref _ahead, null, superseded);
        }
    }

    private async Task<IReadOnlyList<PromptChunk>> FindContextAsync(CompletionRequest request, CursorPlace place, PromptBudget budget, bool wait, CancellationToken cancellationToken)
    {
        if (!request.UseContext || !options.Index.Enabled)
        {
            return [];
        }

        if (request is { WaitForIndex: true, RepositoryRoot: { } root })
        {
            await context.WhenIndexedAsync(root, cancellationToken);
        }

        string path = PathOf(request.Document);
        string outline = _outlines.Of(request.Document.Uri, place.Prefix.Span, budget.InView);
        ContextQuery query = ContextQuery.Around(request.RepositoryRoot, path, request.Document.LanguageId, place.Prefix, place.Suffix, outline);
        IReadOnlyList<PromptChunk> chunks = await context.GetAsync(request.Document.Uri, request.Position.Line, query, wait, cancellationToken);
        return outline.Length > 0 ? [.. chunks, new(RelativePath(request), outline)] : chunks;
    }

    private static PromptParts Parts(CompletionRequest request, CursorPlace place, IReadOnlyList<PromptChunk> chunks) => new()
    {
        Path = RelativePath(request),
        Repository = request.RepositoryRoot is { } root ? Path.GetFileName(Path.TrimEndingDirectorySeparator(root)) : null,
        Chunks = chunks,
        Prefix = place.Prefix,
        Suffix = place.Suffix,
        LeavesEndOpen = true,
    };

    private static string RelativePath(CompletionRequest request)
    {
        string path = PathOf(request.Document);
        string relative = request.RepositoryRoot is { } root ? Path.GetRelativePath(root, path) : Path.GetFileName(path);
        return relative.Replace('\\', '/');
    }

    private static string PathOf(DocumentSnapshot document) =>
        Uri.TryCreate(document.Uri, UriKind.Absolute, out Uri? uri) && uri.IsFile ? uri.LocalPath : document.Uri;

    private PromptBuilder BuilderFor(ServedModel model)
    {
        ModelPrompts? prompts = _prompts;
        if (prompts?.Model != model)
        {
            _prompts = prompts = new(model, new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary)));
        }

        return prompts.Builder;
    }

    /// <summary>A model and how it is prompted, in one, so that no other model's tokens get into its prompts.</summary>
    private sealed record ModelPrompts(ServedModel Model, PromptBuilder Builder);

    private sealed record RunningPrefetch(CompletionRequest Request, Task Done)
    {
        public bool IsFor(CompletionRequest request) =>
            MayContinue(request)
            && request.Position == Request.Position
            && request.Document.Uri == Request.Document.Uri
            && request.Document.Text == Request.Document.Text;
    }
}
