namespace LocalCopilot.Daemon.Completion.Prompts;

/// <summary>In which order a model wants the text around the cursor.</summary>
internal enum PromptOrder
{
    /// <summary>Suffix, then prefix: typing only appends, so the cache keeps everything.</summary>
    SuffixFirst,

    /// <summary>Prefix, then suffix.</summary>
    PrefixFirst,

    /// <summary>The prefix alone, for models that cannot fill in the middle.</summary>
    PrefixOnly,
}

/// <summary>How a family of models is prompted. Markers are the texts of the tokenizer's special tokens.</summary>
internal sealed record PromptFamily
{
    public required string Name { get; init; }

    /// <summary>The model's <c>general.name</c> begins with this; empty: any does.</summary>
    public string ModelName { get; init; } = "";

    public required PromptOrder Order { get; init; }

    public string Prefix { get; init; } = "";

    public string Suffix { get; init; } = "";

    public string Middle { get; init; } = "";

    /// <summary>Before a repository's name; empty: the family has none.</summary>
    public string Repository { get; init; } = "";

    /// <summary>Before a file's path; empty: the family has none, and no text of other files is given.</summary>
    public string File { get; init; } = "";

    /// <summary>Whether the file with the cursor has a header with its path too.</summary>
    public bool NamesFile { get; init; } = true;
}
