using LibGit2Sharp;

namespace LocalCopilot.Daemon.Git;

/// <summary>Lists the newest commits of a history.</summary>
/// <remarks>
/// Not libgit2's own walk: that one reads all of a history before it gives the first commit, and fails where a shallow clone ends.
/// Reads each listed commit and its parents once, whatever the length of the history.
/// </remarks>
internal static class HistoryWalk
{
    /// <summary>The newest commits that a commit consists of, itself included; no commit comes before one that was made from it.</summary>
    /// <param name="tip">Id of a commit.</param>
    /// <param name="most">Commits, at most.</param>
    /// <exception cref="NotFoundException">There is no commit <paramref name="tip"/>.</exception>
    public static IReadOnlyList<HistoryCommit> Newest(Repository repository, ObjectId tip, int most, CancellationToken cancellationToken) =>
        ChildrenFirst(ByTime(repository, tip, most, cancellationToken));

    /// <summary>As their times are, which may be wrong.</summary>
    private static List<HistoryCommit> ByTime(Repository repository, ObjectId tip, int most, CancellationToken cancellationToken)
    {
        HashSet<string> cutOff = ShallowBoundary.Of(repository);
        PriorityQueue<Commit, (long, int)> waiting = new();
        HashSet<ObjectId> seen = [tip];
        List<HistoryCommit> commits = [];
        Commit first = repository.Lookup<Commit>(tip) ?? throw new NotFoundException($"There is no commit {tip}.");
        waiting.Enqueue(first, default);
        while (commits.Count < most && waiting.TryDequeue(out Commit? commit, out _))
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isCutOff = cutOff.Contains(commit.Sha);
            List<ObjectId> parents = [];
            foreach (ObjectId parent in commit.Parents.Select(parent => parent.Id))
            {
                if (seen.Contains(parent))
                {
                    parents.Add(parent);
                }
                else if (repository.Lookup<Commit>(parent) is { } known)
                {
                    seen.Add(parent);
                    parents.Add(parent);
                    waiting.Enqueue(known, (-known.Committer.When.ToUnixTimeSeconds(), seen.Count));
                }
                else
                {
                    isCutOff = true;
                }
            }

            commits.Add(new(commit.Id, commit.Committer.When, parents, isCutOff));
        }

        return commits;
    }

    private static List<HistoryCommit> ChildrenFirst(List<HistoryCommit> commits)
    {
        Dictionary<ObjectId, HistoryCommit> byId = commits.ToDictionary(commit => commit.Id);
        Dictionary<ObjectId, int> children = commits.ToDictionary(commit => commit.Id, _ => 0);
        foreach (ObjectId parent in commits.SelectMany(commit => commit.Parents).Where(byId.ContainsKey))
        {
            children[parent]++;
        }

        PriorityQueue<HistoryCommit, (long, int)> ready = new();
        int order = 0;
        List<HistoryCommit> sorted = new(commits.Count);
        foreach (HistoryCommit commit in commits.Where(commit => children[commit.Id] == 0))
        {
            ready.Enqueue(commit, default);
        }

        while (ready.TryDequeue(out HistoryCommit? commit, out _))
        {
            sorted.Add(commit);
            foreach (ObjectId parent in commit.Parents.Where(byId.ContainsKey))
            {
                if (--children[parent] == 0)
                {
                    ready.Enqueue(byId[parent], (-byId[parent].When.ToUnixTimeSeconds(), order++));
                }
            }
        }

        return sorted;
    }
}
