namespace LocalCopilot.Daemon.Completion.Prompts;

/// <summary>What a prompt is made of. Serving, evaluation and training build theirs from the same parts.</summary>
internal sealed record PromptParts
{
    /// <summary>Relative to the repository's root, with forward slashes; a file name for a plain file.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the repository; null for a plain file.</summary>
    public string? Repository { get; init; }

    /// <summary>Text of other places, the most important last: it comes right before the file.</summary>
    public IReadOnlyList<PromptChunk> Chunks { get; init; } = [];

    /// <summary>Text before the cursor; cut at its start where it is too long.</summary>
    public required ReadOnlyMemory<char> Prefix { get; init; }

    /// <summary>Text after the cursor; cut at its end where it is too long.</summary>
    public required ReadOnlyMemory<char> Suffix { get; init; }

    /// <summary>Whether the prompt may stop short of the cursor, see <see cref="BuiltPrompt.Unfinished"/>.</summary>
    public bool LeavesEndOpen { get; init; }
}

/// <param name="Path">Relative to the repository's root.</param>
/// <param name="Text">Whole lines.</param>
internal sealed record PromptChunk(string Path, string Text);

/// <summary>A prompt, and what went into it.</summary>
/// <param name="ContextTokens">Tokens before the file with the cursor.</param>
/// <param name="Unfinished">
/// Text between the prompt's end and the cursor: what the model writes begins with it. A cursor seldom stands where a tokenizer would
/// cut: after "return " the next token has the blank in it, and a model that was given the blank already has never seen what comes.
/// </param>
internal sealed record BuiltPrompt(int[] Tokens, int ContextTokens, int PrefixTokens, int SuffixTokens, string Unfinished);
