using LibGit2Sharp;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Splits a history by time: the newest commits are held out, the older ones trained on.</summary>
/// <remarks>
/// Commits come children first, so that no commit that is trained on was made from one that is held out, whatever their clocks said;
/// and the tree is that of the newest commit that is trained on. What was trained on once is never held out again, also when it
/// comes back under other ids after a rebase.
/// </remarks>
internal sealed class SampleSelection(SampleStore store, TreeSamples treeSamples, SelectionOptions options)
{
    /// <param name="commits">As <see cref="HistoryReader"/> gives them.</param>
    public SelectedSamples Select(IReadOnlyList<HistoryCommit> commits, CancellationToken cancellationToken)
    {
        NearDuplicates known = new();
        Dictionary<Exclusion, int> excluded = [];
        List<(HistoryCommit Commit, List<Sample> Samples)> candidates = Candidates(commits, known, excluded, cancellationToken);
        int split = Split(candidates);
        List<Sample> training = [.. candidates.Skip(split).SelectMany(candidate => candidate.Samples).Take(options.MostOfCommits)];
        HistoryCommit? newest = split < candidates.Count ? candidates[split].Commit : commits.Skip(candidates.Count).FirstOrDefault();
        ObjectId[] trainedCommits = [.. commits.Skip(split).Select(commit => commit.Id)];
        if (newest is not null)
        {
            foreach (Sample sample in treeSamples.Of(newest.Id, trainedCommits.ToHashSet(), options.MostOfTree, cancellationToken))
            {
                Add(sample, training, known, excluded);
            }
        }

        HashSet<ulong> trained = store.TrainedSamples();
        return new(
            training,
            [.. candidates.Take(split).SelectMany(candidate => candidate.Samples).Where(sample => !trained.Contains(sample.Key))],
            newest?.Id,
            trainedCommits,
            excluded);
    }

    private List<(HistoryCommit Commit, List<Sample> Samples)> Candidates(IReadOnlyList<HistoryCommit> commits, NearDuplicates known, Dictionary<Exclusion, int> excluded, CancellationToken cancellationToken)
    {
        List<(HistoryCommit Commit, List<Sample> Samples)> candidates = [];
        int count = 0;
        foreach (HistoryCommit commit in commits.TakeWhile(_ => count < options.MostOfCommits + options.MostHeldOut))
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<Sample> samples = [];
            foreach (Sample sample in store.SamplesOf(commit.Id))
            {
                Add(sample, samples, known, excluded);
            }

            foreach (var (reason, files) in store.ExcludedOf(commit.Id))
            {
                excluded[reason] = excluded.GetValueOrDefault(reason) + files;
            }

            candidates.Add((commit, samples));
            count += samples.Count;
        }

        return candidates;
    }

    /// <returns>How many of the commits are held out.</returns>
    private int Split(List<(HistoryCommit Commit, List<Sample> Samples)> candidates)
    {
        int all = candidates.Sum(candidate => candidate.Samples.Count);
        int least = Math.Min(options.LeastHeldOut, all / 2);
        int wanted = Math.Clamp((int)Math.Round(all * options.HeldOutShare), least, Math.Max(least, options.MostHeldOut));
        HashSet<ObjectId> trainedCommits = store.TrainedCommits();
        HashSet<ulong> trainedSamples = store.TrainedSamples();
        int heldOut = 0;
        int split = 0;
        while (heldOut < wanted && split < candidates.Count && !WasTrained(candidates[split]))
        {
            heldOut += candidates[split++].Samples.Count;
        }

        return split;

        // A rebase gives commits other ids, and the samples of a commit that was split up or joined stay mostly the same.
        bool WasTrained((HistoryCommit Commit, List<Sample> Samples) candidate) =>
            trainedCommits.Contains(candidate.Commit.Id)
            || (candidate.Samples.Count > 0 && 2 * candidate.Samples.Count(sample => trainedSamples.Contains(sample.Key)) > candidate.Samples.Count);
    }

    private static void Add(Sample sample, List<Sample> samples, NearDuplicates known, Dictionary<Exclusion, int> excluded)
    {
        if (known.Add(sample.Signature))
        {
            samples.Add(sample);
        }
        else
        {
            excluded[Exclusion.NearDuplicate] = excluded.GetValueOrDefault(Exclusion.NearDuplicate) + 1;
        }
    }
}
