using LocalCopilot.Protocol;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>A demo's figures before and after learning.</summary>
/// <param name="Hidden">What was hidden from the learning; null where there was nothing to hide.</param>
/// <param name="Adaptation">Null where it was not tried.</param>
/// <param name="After">Of the same places; null where nothing is served that was learned.</param>
/// <param name="Reason">Why there is nothing after; null where there is.</param>
internal sealed record DemoComparison(HiddenPlaces? Hidden, DemoReport Before, AdaptationResult? Adaptation, DemoReport? After, string? Reason)
{
    /// <summary>Of a place: an exact match is better than none, and without one, or with two, what is more similar.</summary>
    public static DemoChange ChangeOf(DemoItem before, DemoItem after) =>
        (after.Score.ExactMatch, after.Score.Similarity).CompareTo((before.Score.ExactMatch, before.Score.Similarity)) switch
        {
            > 0 => DemoChange.Better,
            < 0 => DemoChange.Worse,
            _ => DemoChange.Same,
        };

    /// <summary>Places of a kind; 0 where there is nothing after.</summary>
    public int Count(DemoChange change) => After is null ? 0 : Before.Items.Zip(After.Items).Count(pair => ChangeOf(pair.First, pair.Second) == change);

    /// <summary>What <c>demo --json</c> prints where the repository was to be learned: see its help.</summary>
    public object ToJson() => new
    {
        Repository = Before.Root,
        Before.Head,
        Model = Before.Status.Model.Id,
        Before.Status.Engine.Device,
        Before.Status.Engine.Threads,
        Before.Request.Seed,
        Kind = Before.Request.Kind.ToString().ToLowerInvariant(),
        Context = Before.Request.UseContext,
        Positions = Before.Items.Count,
        Until = Hidden?.Cut.Until.Sha,
        HiddenCommits = Hidden?.Cut.Hidden,
        Commits = Hidden?.Cut.All,
        Adaptation,
        Reason,
        Before = Before.FiguresToJson(),
        After = After?.FiguresToJson(),
        Better = Count(DemoChange.Better),
        Same = Count(DemoChange.Same),
        Worse = Count(DemoChange.Worse),
        Items = Before.Items.Select((before, i) => new
        {
            before.Position.Path,
            Line = before.Position.Line + 1,
            Column = before.Position.Character + 1,
            before.Position.Expected,
            Change = After is null ? null : ChangeOf(before, After.Items[i]).ToString().ToLowerInvariant(),
            Before = before.ToJson(),
            After = After?.Items[i].ToJson(),
        }),
    };
}
