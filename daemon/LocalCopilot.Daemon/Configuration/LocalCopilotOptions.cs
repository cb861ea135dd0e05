namespace LocalCopilot.Daemon.Configuration;

/// <summary>All settings, as settings.json names them (camelCase there). Defaults are stated where they are declared.</summary>
internal sealed record LocalCopilotOptions
{
    public ModelOptions Model { get; init; } = new();

    public EngineOptions Engine { get; init; } = new();

    public CompletionOptions Completion { get; init; } = new();

    public IndexOptions Index { get; init; } = new();

    public HistoryOptions History { get; init; } = new();

    public AdaptationOptions Adaptation { get; init; } = new();

    public GateOptions Gate { get; init; } = new();

    public StatisticsOptions Statistics { get; init; } = new();

    public DaemonOptions Daemon { get; init; } = new();
}

internal sealed record ModelOptions
{
    /// <summary>Path of a GGUF file; empty: the embedded model.</summary>
    public string Path { get; init; } = "";
}

internal sealed record EngineOptions
{
    /// <summary>Threads that compute; 0: half of the logical processors, at least 2 where there are 2.</summary>
    public int Threads { get; init; }

    /// <summary>Tokens of context kept for one document, at most; fewer where the model was trained with fewer.</summary>
    public int ContextTokens { get; init; } = 2048;

    /// <summary>Documents whose prompts stay in the KV cache at the same time.</summary>
    public int CachedDocuments { get; init; } = 4;

    /// <summary>Device name as `doctor` lists it; empty: the fastest one there is.</summary>
    public string Device { get; init; } = "";

    /// <summary>After this long without a request the model's memory is given back; zero: never.</summary>
    public TimeSpan UnloadAfter { get; init; } = TimeSpan.FromMinutes(10);
}

internal sealed record CompletionOptions
{
    /// <summary>Tokens that one suggestion may have, at most, in multi-line mode.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>Tokens that one suggestion may have, at most, in single-line mode.</summary>
    public int MaxLineTokens { get; init; } = 48;

    /// <summary>When an automatic completion has decoded for this long, what is there is shown if it ends at a sensible boundary.</summary>
    public TimeSpan DecodeBudget { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>Share of the prompt that text of other files may take, 0..1.</summary>
    public double ContextShare { get; init; } = 0.35;

    /// <summary>Automatic suggestions whose mean log probability is lower are dropped.</summary>
    public double MinimumMeanLogProbability { get; init; } = -1.6;

    /// <summary>Suggestions that one explicit invocation gives, at most.</summary>
    public int Alternatives { get; init; } = 3;
}

internal sealed record IndexOptions
{
    /// <summary>Whether text of other files of the repository may be put into prompts.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Files larger than this are not indexed, in bytes.</summary>
    public int MaxFileBytes { get; init; } = 512 * 1024;

    /// <summary>Files that one repository's index holds, at most.</summary>
    public int MaxFiles { get; init; } = 20_000;
}

internal sealed record HistoryOptions
{
    /// <summary>Commits of a repository that are learned from, at most: the newest.</summary>
    public int MaxCommits { get; init; } = 20_000;

    /// <summary>A commit that changes more files is an import or the like, and not learned from.</summary>
    public int MaxFilesInCommit { get; init; } = 60;

    /// <summary>A commit that adds more lines of code is not learned from either.</summary>
    public int MaxLinesInCommit { get; init; } = 3000;

    /// <summary>Larger files are not learned from, in bytes.</summary>
    public int MaxFileBytes { get; init; } = 256 * 1024;
}

internal sealed record AdaptationOptions
{
    /// <summary>Whether repositories that are opened are learned without being asked.</summary>
    public bool Automatic { get; init; } = true;

    /// <summary>New samples that a round of learning waits for when nobody asks for one; one that goes on from an adapter waits for 18, where that is less.</summary>
    public int SamplesNeeded { get; init; } = 120;

    /// <summary>A round begins by itself when no completion was wanted for this long.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A round that made way for completions goes on when none was wanted for this long.</summary>
    public TimeSpan ResumeAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Processors that other programs may keep busy when a round begins by itself.</summary>
    public double MaxOtherLoad { get; init; } = 0.7;

    /// <summary>Whether rounds begin by themselves, and go on, while a laptop runs on its battery.</summary>
    public bool OnBattery { get; init; }

    /// <summary>Local hours in which rounds begin by themselves, such as "22:00-06:00"; empty: all.</summary>
    public string Hours { get; init; } = "";

    /// <summary>Threads that train; 0: half of the logical processors, at least 2 where there are 2.</summary>
    public int Threads { get; init; }

    /// <summary>Time that a round computes for training when it begins from the base model, at most; one that goes on takes what its new samples need.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After so many rounds one begins from the base model again, so that errors do not pile up.</summary>
    public int FreshEvery { get; init; } = 5;

    /// <summary>Adapters of all repositories may take so much together; what is active and what was before it are kept in any case.</summary>
    public int MaxAdapterMegabytes { get; init; } = 500;
}

internal sealed record GateOptions
{
    /// <summary>Held-out edits that a verdict needs, at least.</summary>
    public int LeastItems { get; init; } = 40;

    /// <summary>Held-out edits that are measured, at most.</summary>
    public int MostItems { get; init; } = 240;

    /// <summary>Pieces of general code that are measured, at most.</summary>
    public int CanaryItems { get; init; } = 90;

    /// <summary>Share by which general code may become harder to predict, in bits per byte.</summary>
    public double MaxForgotten { get; init; } = 0.05;
}

internal sealed record StatisticsOptions
{
    /// <summary>Answers whose language, time taken and fate are kept, at most: the newest; 0: none are recorded.</summary>
    public int MaxAnswers { get; init; } = 500_000;
}

internal sealed record DaemonOptions
{
    /// <summary>The daemon ends when no client was connected for this long; zero: never.</summary>
    public TimeSpan IdleExit { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Largest message taken from a client, in bytes.</summary>
    public int MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Requests that one connection may have open at the same time.</summary>
    public int MaxOpenRequests { get; init; } = 256;
}
