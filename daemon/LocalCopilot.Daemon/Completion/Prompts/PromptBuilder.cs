using LocalCopilot.Llama;

namespace LocalCopilot.Daemon.Completion.Prompts;

/// <summary>Builds the tokens of a prompt: the one place that does, for serving, evaluation and training alike.</summary>
/// <remarks>
/// What changes least comes first: repository, other files, the file's path; then suffix and prefix in the family's order. Text of
/// users is tokenized as text: what looks like a marker in it never becomes one. Prefix and suffix are tokenized apart.
/// </remarks>
internal sealed class PromptBuilder
{
    /// <summary>Around prefix and suffix, in any order.</summary>
    private const int MostMarkers = 3;

    private readonly LlamaVocabulary _vocabulary;
    private readonly LineTokenizer _tokenizer;
    private readonly TextWindow _window;
    private readonly int? _prefix;
    private readonly int? _suffix;
    private readonly int? _middle;
    private readonly int? _repository;
    private readonly int? _file;
    private volatile KnownHead? _known;

    public PromptBuilder(LlamaVocabulary vocabulary, PromptFamily family)
    {
        _vocabulary = vocabulary;
        _tokenizer = new(vocabulary);
        _window = new(_tokenizer);
        Family = family;
        _prefix = vocabulary.Find(family.Prefix);
        _suffix = vocabulary.Find(family.Suffix);
        _middle = vocabulary.Find(family.Middle);
        _repository = vocabulary.Find(family.Repository);
        _file = vocabulary.Find(family.File);
    }

    public PromptFamily Family { get; }

    public BuiltPrompt Build(PromptParts parts, PromptBudget budget)
    {
        int[] context = Head(parts, budget.Context);
        int[] head = [.. context, .. FileHeader(parts.Path)];
        int room = budget.Total - head.Length - MostMarkers;
        int[] suffix = Family.Order == PromptOrder.PrefixOnly ? [] : _window.Start(parts.Suffix, Math.Min(budget.Suffix, room));
        int[] prefix = _window.End(parts.Prefix, room - suffix.Length, budget.Prefix);
        bool mayShorten = parts.LeavesEndOpen && (Family.Order != PromptOrder.PrefixOnly || head.Length + prefix.Length > 1);
        string unfinished = mayShorten ? UnfinishedEnd(parts.Prefix.Span, prefix) : "";
        if (unfinished.Length > 0)
        {
            prefix = prefix[..^1];
        }

        int[] tokens = Family.Order switch
        {
            PromptOrder.SuffixFirst => [.. head, _prefix!.Value, _suffix!.Value, .. suffix, _middle!.Value, .. prefix],
            PromptOrder.PrefixFirst => [.. head, _prefix!.Value, .. prefix, _suffix!.Value, .. suffix, _middle!.Value],
            _ => [.. head, .. prefix],
        };
        return new(tokens, context.Length, prefix.Length, suffix.Length, unfinished);
    }

    /// <summary>The text of the last token before the cursor, where the cursor's line has begun; else empty.</summary>
    private string UnfinishedEnd(ReadOnlySpan<char> prefix, int[] tokens)
    {
        string end = tokens.Length == 0 ? "" : _vocabulary.Decode(tokens.AsSpan(tokens.Length - 1));
        int lineStart = prefix.LastIndexOf('\n') + 1;
        bool isOfLine = prefix.Length - end.Length >= lineStart && prefix.EndsWith(end, StringComparison.Ordinal);

        // Indentation is what the user chose: a line that has nothing else is not begun.
        return isOfLine && !prefix[lineStart..].IsWhiteSpace() ? end : "";
    }

    /// <summary>What comes before the file with the cursor: the same for key after key, so the last one is kept.</summary>
    private int[] Head(PromptParts parts, int budget)
    {
        int[] beginning = _vocabulary is { AddsBeginningOfText: true, BeginningOfText: { } token } ? [token] : [];
        if (_repository is not { } repository || _file is not { } file || budget == 0)
        {
            return beginning;
        }

        KnownHead? known = _known;
        if (known?.IsOf(parts.Repository, parts.Chunks, budget) != true)
        {
            int[] tokens = [.. beginning, .. OtherFiles(parts, repository, file, budget - beginning.Length)];
            _known = known = new(parts.Repository, parts.Chunks, budget, tokens);
        }

        return known.Tokens;
    }

    private int[] OtherFiles(PromptParts parts, int repository, int file, int budget)
    {
        int[] name = parts.Repository is { } text ? [repository, .. _tokenizer.Tokenize(text + "\n")] : [];

        // The most important come last; when not all fit, the others stay away.
        Stack<int[]> fitting = [];
        int used = name.Length;
        foreach (PromptChunk chunk in parts.Chunks.Reverse())
        {
            int[] tokens = [file, .. _tokenizer.Tokenize(chunk.Path + "\n" + chunk.Text)];
            if (used + tokens.Length <= budget)
            {
                fitting.Push(tokens);
                used += tokens.Length;
            }
        }

        return fitting.Count > 0 ? [.. name, .. fitting.SelectMany(tokens => tokens)] : [];
    }

    private int[] FileHeader(string path) =>
        Family.NamesFile && _file is { } file ? [file, .. _tokenizer.Tokenize(path + "\n")] : [];

    private sealed record KnownHead(string? Repository, IReadOnlyList<PromptChunk> Chunks, int Budget, int[] Tokens)
    {
        public bool IsOf(string? repository, IReadOnlyList<PromptChunk> chunks, int budget) =>
            Repository == repository && Budget == budget && Chunks.SequenceEqual(chunks);
    }
}
