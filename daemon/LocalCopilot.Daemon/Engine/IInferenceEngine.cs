using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Engine;

/// <summary>Decodes prompts with the selected model. Callable from any thread; requests are served one at a time, by priority.</summary>
/// <remarks>Every request names the model that it was made for. Where another is served by then, it ends with a <see cref="ModelReplacedException"/>.</remarks>
internal interface IInferenceEngine
{
    /// <summary>The model, loaded if it was not.</summary>
    /// <exception cref="ModelUnavailableException">The file is missing, damaged or of an unsupported kind; the message says what to do.</exception>
    ValueTask<ServedModel> GetModelAsync(CancellationToken cancellationToken);

    /// <summary>Loads another model and serves it from the next request on; when it cannot be loaded, the one before stays.</summary>
    /// <exception cref="ModelUnavailableException">As for <see cref="GetModelAsync"/>.</exception>
    Task<ServedModel> UseModelAsync(string path, CancellationToken cancellationToken);

    /// <summary>Decodes the continuation of a prompt.</summary>
    /// <exception cref="AdapterUnavailableException">The adapter cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, also in the middle of a prompt evaluation.</exception>
    Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken);

    /// <summary>Evaluates a prompt into its sequence of the KV cache and decodes nothing, so that a later request finds it there.</summary>
    Task PrefetchAsync(ServedModel model, SequenceKey sequence, ReadOnlyMemory<int> prompt, CancellationToken cancellationToken);

    /// <summary>Natural-log probability of each target token after the prompt.</summary>
    /// <exception cref="AdapterUnavailableException">The adapter cannot be loaded.</exception>
    Task<IReadOnlyList<float>> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken);

    /// <summary>Loads an adapter beside what is served, so that the first request that is to use it does not wait for it.</summary>
    /// <exception cref="AdapterUnavailableException">It is missing, damaged, or made for another model; what is served stays.</exception>
    Task LoadAdapterAsync(ServedModel model, AdapterFile adapter, CancellationToken cancellationToken);
}

/// <summary>What callers may know of the model that is served now. The vocabulary may be used from any thread.</summary>
/// <param name="Id">File name without extension.</param>
/// <param name="Name">The file's <c>general.name</c>, as its makers call it; may be empty.</param>
/// <param name="ContextTokens">Prompt and completion together may have this many tokens, at most.</param>
/// <param name="Parameters">Number of parameters.</param>
/// <param name="Fingerprint">See <see cref="ModelFingerprint"/>.</param>
internal sealed record ServedModel(string Id, string Path, string Name, string Architecture, LlamaVocabulary Vocabulary, int ContextTokens, long Parameters, string Fingerprint);

/// <summary>Names one sequence of the KV cache: what was computed with one adapter is never continued with another.</summary>
/// <param name="Document">Document uri, or another name that is unique to the stream of prompts that extend each other.</param>
/// <param name="Adapter">Null: the base model.</param>
/// <param name="IsHurried">Whether it has the prompts of <see cref="GenerationRequest.Hurried"/>.</param>
internal readonly record struct SequenceKey(string Document, AdapterFile? Adapter = null, bool IsHurried = false);

/// <summary>A LoRA adapter on disk.</summary>
/// <param name="Id">Hash of its content.</param>
internal sealed record AdapterFile(string Id, string Path);

/// <summary>Tokens whose probability after a prompt is asked for. Scored behind everything else that the engine has to do.</summary>
/// <param name="Model">Whose tokens they are.</param>
/// <param name="Prompt">Not empty; together with the targets no longer than the context.</param>
internal sealed record ScoreRequest(ServedModel Model, ReadOnlyMemory<int> Prompt, ReadOnlyMemory<int> Targets)
{
    /// <summary>Null: the base model.</summary>
    public AdapterFile? Adapter { get; init; }

    /// <summary>Text that the targets must begin with, see <see cref="GenerationRequest.Unfinished"/>: what fits it shares all probability.</summary>
    public string Unfinished { get; init; } = "";
}

internal enum EnginePriority
{
    Completion,
    Prefetch,
    Evaluation,
}

internal sealed record GenerationRequest
{
    /// <summary>Whose tokens the prompt has.</summary>
    public required ServedModel Model { get; init; }

    public required SequenceKey Sequence { get; init; }

    /// <summary>Not empty; together with <see cref="MaxTokens"/> no longer than the context.</summary>
    public required ReadOnlyMemory<int> Prompt { get; init; }

    /// <summary>
    /// Makes a shorter prompt of the same place with the same end, for use where so little of the other is in the cache that its
    /// evaluation would be waited for; null: there is none. Called on the engine's thread.
    /// </summary>
    public Func<int[]>? Hurried { get; init; }

    public required int MaxTokens { get; init; }

    /// <summary>Makes the condition that ends one generated text; called once for each alternative.</summary>
    public required Func<IStopCondition> Stop { get; init; }

    /// <summary>Distinct texts wanted, at most; the first is the greedy one.</summary>
    public int Alternatives { get; init; } = 1;

    /// <summary>Further text in which speculation looks up n-grams: open documents, recent outputs. The prompt is always looked in.</summary>
    public ReadOnlyMemory<int> LookupTokens { get; init; }

    /// <summary>Text may not be continued after this much time in the decode phase; null: no limit.</summary>
    public TimeSpan? DecodeBudget { get; init; }

    /// <summary>A text whose mean natural-log probability is lower after a few tokens is not worth going on with; null: none is given up.</summary>
    public double? GiveUpBelow { get; init; }

    /// <summary>Text at the end of the prompt that is not among its tokens, for the model to choose tokens that reach across its end. No part of what is generated.</summary>
    public string Unfinished { get; init; } = "";

    /// <summary>The generated text must begin with this; the tokens that cannot are not chosen.</summary>
    public string RequiredStart { get; init; } = "";

    public EnginePriority Priority { get; init; } = EnginePriority.Completion;
}

/// <summary>Decides, token by token, where a generated text ends. Used by one thread at a time.</summary>
internal interface IStopCondition
{
    /// <summary>Called after each token with all text so far, on the engine's thread: must be quick.</summary>
    /// <param name="text">Everything generated so far, decoded; an unfinished UTF-8 sequence at its end is held back.</param>
    /// <returns>Length of the text to keep when it has to end here; null to go on.</returns>
    int? Observe(string text);
}

internal enum GenerationEnd
{
    /// <summary>The model ended the text itself.</summary>
    EndOfText,

    /// <summary>The stop condition ended it.</summary>
    Stopped,

    MaxTokens,

    DecodeBudget,

    /// <summary>The model was too unsure, see <see cref="GenerationRequest.GiveUpBelow"/>.</summary>
    GivenUp,
}

/// <param name="Tokens">The tokens as decoded, before any cut by the stop condition, without the end token.</param>
/// <param name="MeanLogProbability">Mean natural-log probability of <paramref name="Tokens"/> and the end token where there was one.</param>
internal sealed record Generation(string Text, IReadOnlyList<int> Tokens, double MeanLogProbability, GenerationEnd End);

internal sealed record GenerationResult
{
    /// <summary>At least one, best first.</summary>
    public required IReadOnlyList<Generation> Generations { get; init; }

    /// <summary>Whether <see cref="GenerationRequest.Hurried"/> was used.</summary>
    public bool Hurried { get; init; }

    public required int PromptTokens { get; init; }

    public required int CachedTokens { get; init; }

    public required int GeneratedTokens { get; init; }

    /// <summary>Batches that were evaluated after the prompt; fewer than tokens where guesses were right.</summary>
    public int DecodeBatches { get; init; }

    public required TimeSpan Queue { get; init; }

    public required TimeSpan Prompt { get; init; }

    public required TimeSpan Decode { get; init; }
}
