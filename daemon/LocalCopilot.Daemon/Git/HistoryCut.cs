using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>A history without its newest commits.</summary>
/// <param name="Until">The newest commit that is left, with all that it consists of.</param>
/// <param name="Hidden">Commits that are not left, merges not counted.</param>
/// <param name="All">Commits of the whole history, merges not counted.</param>
internal sealed record HistoryCut(ObjectId Until, int Hidden, int All)
{
    /// <summary>Cuts at each older commit of the main line, which goes on with a commit's first parent. What was merged is hidden with its merge.</summary>
    /// <param name="commits">As <see cref="HistoryWalk.Newest"/> lists them.</param>
    /// <returns>Those that hide fewest first.</returns>
    public static IReadOnlyList<HistoryCut> Along(IReadOnlyList<HistoryCommit> commits)
    {
        List<HistoryCommit> main = MainLine(commits);
        // Of each commit the oldest one of the main line that consists of it, too.
        Dictionary<ObjectId, int> oldest = commits.ToDictionary(commit => commit.Id, _ => 0);
        for (int i = 0; i < main.Count; i++)
        {
            oldest[main[i].Id] = i;
        }

        int[] lost = new int[main.Count];
        foreach (HistoryCommit commit in commits)
        {
            foreach (ObjectId parent in commit.Parents.Where(oldest.ContainsKey))
            {
                oldest[parent] = Math.Max(oldest[parent], oldest[commit.Id]);
            }

            lost[oldest[commit.Id]] += commit.IsMerge ? 0 : 1;
        }

        int all = lost.Sum();
        int hidden = 0;
        return [.. main.Skip(1).Select((commit, i) => new HistoryCut(commit.Id, hidden += lost[i], all))];
    }

    private static List<HistoryCommit> MainLine(IReadOnlyList<HistoryCommit> commits)
    {
        Dictionary<ObjectId, HistoryCommit> byId = commits.ToDictionary(commit => commit.Id);
        List<HistoryCommit> main = [];
        for (HistoryCommit? commit = commits.Count > 0 ? commits[0] : null; commit is not null;)
        {
            main.Add(commit);
            commit = !commit.IsCutOff && commit.Parents.Count > 0 ? byId.GetValueOrDefault(commit.Parents[0]) : null;
        }

        return main;
    }
}
