namespace LocalCopilot.Daemon.Samples;

/// <summary>Why something is not learned from. What is counted: commits, changed files, or samples, as each says.</summary>
internal enum Exclusion
{
    /// <summary>Commits: what a merge brings is counted where it was made.</summary>
    MergeCommit,

    /// <summary>Commits: their parents were not fetched, so what they changed is not known.</summary>
    CutOffCommit,

    /// <summary>Commits: imports, reformatting and the like change more than somebody wrote.</summary>
    BulkCommit,

    /// <summary>Files.</summary>
    NotSource,

    /// <summary>Files: generated or vendored, by path or by their first lines.</summary>
    Generated,

    /// <summary>Files: named by an ignore file or by LocalCopilot's settings of the repository, as these are now.</summary>
    Ignored,

    /// <summary>Files: they hold secrets, or something that looks like one.</summary>
    Secret,

    /// <summary>Files: not UTF-8 text.</summary>
    Binary,

    /// <summary>Files.</summary>
    TooLarge,

    /// <summary>Files with lines that are too long for people.</summary>
    LongLines,

    /// <summary>Files that git LFS keeps elsewhere.</summary>
    LargeFilePointer,

    /// <summary>Files that are not in the repository, as in a partial clone.</summary>
    Missing,

    /// <summary>Files whose change has no line that is worth completing.</summary>
    NothingToComplete,

    /// <summary>Samples that are nearly the same as a newer one.</summary>
    NearDuplicate,
}
