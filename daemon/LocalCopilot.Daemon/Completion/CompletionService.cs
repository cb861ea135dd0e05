using System.Globalization;
using LocalCopilot.Daemon.Completion.Context;
using LocalCopilot.Daemon.Completion.Filters;
using LocalCopilot.Daemon.Completion.Prompts;
using LocalCopilot.Daemon.Completion.Rhythm;
using LocalCopilot.Daemon.Completion.Stops;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Documents;
using LocalCopilot.Daemon.Engine;

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
    TimeProvider time) : ICompletionService
{
    private readonly TypedThroughCache _typedThrough = new();
    private volatile PromptBuilder? _builder;
    private volatile ServedModel? _model;
    private long _ids;

    public Task<CompletionResult> CompleteAsync(CompletionRequest request, CancellationToken cancellationToken) =>
        CompleteAsync(request, EnginePriority.Completion, cancellationToken);

    /// <summary>Computes what will be asked for after a suggestion was accepted, so that it is there then.</summary>
    public async Task PrefetchAsync(AcceptedSuggestion accepted, CancellationToken cancellationToken)
    {
        try
        {
            await CompleteAsync(accepted.Next(), EnginePriority.Prefetch, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Something more urgent came.
        }
    }

    private async Task<CompletionResult> CompleteAsync(CompletionRequest request, EnginePriority priority, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        CursorPlace place = new(request.Document.Text, request.Position);
        bool isAutomatic = request.Trigger == CompletionTrigger.Automatic;
        if (request is { Count: 1, UseContext: true, SelectedText: null, WaitForIndex: false } && _typedThrough.Find(request.Document, place.Offset) is { } known)
        {
            counters.CountTypedThrough();
            return new() { Choices = [known], Timings = new() { Total = time.GetElapsedTime(start) } };
        }

        ServedModel model = await engine.GetModelAsync(cancellationToken);
        bool singleLine = request.SingleLine ?? LineMode.IsSingleLine(place);
        int contextLimit = Math.Max(8, model.ContextTokens / 4);
        int maxTokens = Math.Min(contextLimit, request.MaxTokens ?? (singleLine ? options.Completion.MaxLineTokens : options.Completion.MaxTokens));
        PromptBudget budget = PromptBudget.For(model.ContextTokens, Math.Min(contextLimit, Math.Max(maxTokens, options.Completion.MaxTokens)), options.Completion.ContextShare);
        IReadOnlyList<PromptChunk> chunks = await FindContextAsync(request, place, budget, wait: !isAutomatic && priority == EnginePriority.Completion, cancellationToken);
        BuiltPrompt prompt = BuilderFor(model).Build(Parts(request, place, chunks), budget);
        SequenceKey sequence = new(request.Document.Uri);
        long built = time.GetTimestamp();
        try
        {
            if (isAutomatic && priority == EnginePriority.Completion)
            {
                await WaitForSilenceAsync(request.Document.Uri, sequence, prompt, cancellationToken);
            }

            GenerationResult result = await engine.GenerateAsync(
                new()
                {
                    Sequence = sequence,
                    Prompt = prompt.Tokens,
                    MaxTokens = maxTokens,
                    Stop = () => SuggestionEnd.For(place, singleLine),
                    Alternatives = Math.Max(1, request.Count),
                    DecodeBudget = isAutomatic ? options.Completion.DecodeBudget : null,
                    GiveUpBelow = isAutomatic ? options.Completion.MinimumMeanLogProbability : null,
                    RequiredStart = request.SelectedText ?? "",
                    Priority = priority,
                },
                cancellationToken);
            CompletionResult answer = Answer(request, place, result) with
            {
                Timings = new(result.Queue, time.GetElapsedTime(start, built), result.Prompt, result.Decode, time.GetElapsedTime(start)),
            };
            counters.CountComputed(result.GeneratedTokens, answer.Choices.Count > 0);
            rhythms.Answered(result.Prompt + result.Decode);
            return answer;
        }
        catch (OperationCanceledException)
        {
            counters.CountCancelled();
            throw;
        }
    }

    private CompletionResult Answer(CompletionRequest request, CursorPlace place, GenerationResult result)
    {
        List<CompletionChoice> choices = [];
        string lineEnd = request.Document.Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        foreach (Generation generation in result.Generations)
        {
            if (IsWorthShowing(request, generation)
                && SuggestionFilters.Apply(Sensible(generation), place) is { } suggestion
                && !choices.Exists(other => other.InsertText == suggestion.Text))
            {
                string text = lineEnd == "\n" ? suggestion.Text : suggestion.Text.Replace("\n", lineEnd, StringComparison.Ordinal);
                CompletionChoice choice = new(Interlocked.Increment(ref _ids).ToString("x", CultureInfo.InvariantCulture), text, suggestion.ReplacedLength, generation.MeanLogProbability);
                choices.Add(choice);
                suggestions.Add(choice.Id, new(request, place.Offset, choice));
            }
        }

        if (choices.Count > 0 && request.UseContext && request.SelectedText is null)
        {
            _typedThrough.Add(request.Document, place.Offset, choices[0]);
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

    /// <summary>What was cut off by time or length ends at a line's end, where it has one.</summary>
    private static string Sensible(Generation generation) =>
        generation.End is GenerationEnd.DecodeBudget or GenerationEnd.MaxTokens && generation.Text.LastIndexOf('\n') is > 0 and var line
            ? generation.Text[..line]
            : generation.Text;

    private async Task WaitForSilenceAsync(string uri, SequenceKey sequence, BuiltPrompt prompt, CancellationToken cancellationToken)
    {
        TimeSpan delay = rhythms.DelayFor(uri);
        if (delay > TimeSpan.Zero)
        {
            // What was typed stays valid: its evaluation is not lost when the answer is.
            Task prefetch = engine.PrefetchAsync(sequence, prompt.Tokens, cancellationToken);
            await Task.Delay(delay, time, cancellationToken);
            await prefetch;
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
        int inView = (budget.Total - budget.Context - budget.Suffix) * 3;
        string outline = FileOutline.Of(place.Prefix, inView);
        ContextQuery query = new()
        {
            RepositoryRoot = request.RepositoryRoot,
            Path = path,
            LanguageId = request.Document.LanguageId,
            Before = place.Prefix[Math.Max(0, place.Prefix.Length - 1500)..],
            After = place.Suffix[..Math.Min(place.Suffix.Length, 500)],
            Imports = outline,
        };
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
        PromptBuilder? builder = _builder;
        if (builder is null || _model != model)
        {
            builder = new(model.Vocabulary, PromptFamilies.Of(model.Name, model.Vocabulary));
            _builder = builder;
            _model = model;
        }

        return builder;
    }
}
