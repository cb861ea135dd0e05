namespace LocalCopilot.Protocol;

/// <summary>Parameters of <see cref="LocalCopilotMethods.Evaluate"/>.</summary>
public sealed record EvaluateParams
{
    /// <summary>File uri or path anywhere inside the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>Items come from commits after this one.</summary>
    public required string Since { get; init; }

    /// <summary>Last commit; absent: the newest.</summary>
    public string? Until { get; init; }

    /// <summary>Items at most.</summary>
    public int? Limit { get; init; }

    /// <summary>An adapter's id, <c>active</c> or <c>none</c>; absent: <c>active</c>.</summary>
    public string? Adapter { get; init; }

    /// <summary>Whether text of other files may be used; absent: true.</summary>
    public bool? UseContext { get; init; }
}

/// <summary>Result of <see cref="LocalCopilotMethods.Evaluate"/>.</summary>
/// <param name="Items">Number of items.</param>
/// <param name="Score">Mean over them.</param>
/// <param name="PerItem">Each.</param>
public sealed record EvaluateResult(int Items, Score Score, IReadOnlyList<EvaluatedItem> PerItem);

/// <summary>One item.</summary>
/// <param name="Path">File, relative to the repository's root.</param>
/// <param name="Commit">Commit that wrote it.</param>
/// <param name="ExactMatch">Whether the completion was what was written.</param>
/// <param name="EditSimilarity">Fraction 0..1.</param>
/// <param name="BitsPerByte">Of what was written.</param>
public sealed record EvaluatedItem(string Path, string Commit, bool ExactMatch, double EditSimilarity, double BitsPerByte);
