namespace LocalCopilot.Daemon.Completion.Context;

/// <summary>Finds text of other files that is worth having in a prompt. Callable from any thread.</summary>
internal interface IContextSource
{
    /// <summary>Chunks of other files, best first, no text twice; empty where the repository is not known or not indexed yet.</summary>
    /// <remarks>Open documents come first, with their unsaved text; then files edited recently; then the repository's index.</remarks>
    Task<IReadOnlyList<ContextChunk>> FindAsync(ContextQuery query, CancellationToken cancellationToken);

    /// <summary>Completes when everything that is in the repository now is in its index. For commands that measure; editors never wait.</summary>
    Task WhenIndexedAsync(string repositoryRoot, CancellationToken cancellationToken);
}

/// <summary>What the text near the cursor is about.</summary>
internal sealed record ContextQuery
{
    /// <summary>Null for a plain file: open documents only.</summary>
    public string? RepositoryRoot { get; init; }

    /// <summary>Absolute path (or uri, where there is none) of the document with the cursor; nothing of it is given back.</summary>
    public required string Path { get; init; }

    public required string LanguageId { get; init; }

    /// <summary>Text just before the cursor, its last lines weighing most; identifiers are taken from it.</summary>
    public required string Before { get; init; }

    /// <summary>Text just after the cursor.</summary>
    public string After { get; init; } = "";

    /// <summary>Import lines of the file.</summary>
    public string Imports { get; init; } = "";

    public int MaxChunks { get; init; } = 8;

    /// <summary>What is asked for a cursor between two texts: the same for serving and for samples.</summary>
    /// <param name="outline">See <see cref="FileOutline"/>.</param>
    public static ContextQuery Around(string? repositoryRoot, string path, string languageId, ReadOnlyMemory<char> prefix, ReadOnlyMemory<char> suffix, string outline) => new()
    {
        RepositoryRoot = repositoryRoot,
        Path = path,
        LanguageId = languageId,
        Before = prefix[Math.Max(0, prefix.Length - 1500)..].ToString(),
        After = suffix[..Math.Min(suffix.Length, 500)].ToString(),
        Imports = outline,
    };
}

/// <param name="Path">Relative to the repository's root, with forward slashes; a file name for a plain file.</param>
/// <param name="StartLine">Zero-based.</param>
/// <param name="Text">Whole lines, each with LF.</param>
/// <param name="Score">BM25, larger is better; comparable within one answer only.</param>
internal sealed record ContextChunk(string Path, int StartLine, string Text, double Score);
