using LibGit2Sharp;
using LocalCopilot.Daemon.Evaluation;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Cli.Demo;

/// <summary>Places on lines that a round of learning does not see, because the commits that wrote them are hidden from it.</summary>
internal sealed record HiddenPlaces(HistoryCut Cut, IReadOnlyList<LinePosition> Positions)
{
    /// <summary>Shares of the commits to hide, 0..1: the next one where the commits before did not write enough.</summary>
    private static readonly double[] Shares = [0.1, 0.2, 0.35, 0.5];

    /// <param name="mostCommits">Commits that are learned from, at most.</param>
    /// <returns>With fewer places than wanted where no more were written while most of history was there; null where there is none.</returns>
    /// <exception cref="LibGit2SharpException">The repository is damaged.</exception>
    public static HiddenPlaces? Pick(string root, DemoRequest request, int mostCommits, CancellationToken cancellationToken)
    {
        using Repository repository = new(root);
        if (repository.Head.Tip is not { } tip)
        {
            return null;
        }

        HistoryCut[] cuts = [.. HistoryCut.Along(HistoryWalk.Newest(repository, tip.Id, mostCommits, cancellationToken)).Where(cut => cut.Hidden > 0 && cut.Hidden <= Shares[^1] * cut.All)];
        HiddenPlaces? places = null;
        foreach (HistoryCut cut in Shares.Select(share => Array.Find(cuts, cut => cut.Hidden >= share * cut.All) ?? cuts.LastOrDefault()).OfType<HistoryCut>().Distinct())
        {
            cancellationToken.ThrowIfCancellationRequested();
            places = new(cut, Places.Pick(root, request, new(repository, cut.Until)));
            if (places.Positions.Count == request.Positions)
            {
                break;
            }
        }

        return places is { Positions.Count: > 0 } ? places : null;
    }
}
