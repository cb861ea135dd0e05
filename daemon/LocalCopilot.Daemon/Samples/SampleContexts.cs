using LibGit2Sharp;
using LocalCopilot.Daemon.Completion.Prompts;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Finds for samples what serving would have found in other files when they were written.</summary>
/// <remarks>
/// For what a commit added, in the tree of its parent: nothing of the commit itself, and nothing later. For a sample of a tree, in
/// that tree. Found once and kept in the store. May be ended at any sample, and goes on with the rest the next time.
/// </remarks>
internal sealed class SampleContexts(Repository repository, SampleStore store, SampleTexts texts, PastIndex index)
{
    /// <param name="samples">In the order of history, the newest first: so the index has the shortest way.</param>
    /// <param name="budget">Of the prompts that are built of them.</param>
    /// <exception cref="LibGit2SharpException">The repository is damaged, or was changed meanwhile.</exception>
    public void Find(IReadOnlyList<Sample> samples, PromptBudget budget, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        HashSet<long> known = store.SamplesWithContext();
        Dictionary<long, IReadOnlyList<ChunkPlace>> found = [];
        int done = 0;
        foreach (var group in InGroups(samples))
        {
            Sample[] missing = [.. group.Where(sample => !known.Contains(sample.Id))];
            if (missing.Length > 0)
            {
                index.MoveTo(TreeBefore(missing[0]), cancellationToken);
                foreach (Sample sample in missing)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    found[sample.Id] = texts.Of(sample.Path, sample.Blob) is { } text ? index.Find(new SampleText(sample, text).Query(budget), sample.OldPath == sample.Path ? [sample.Path] : [sample.Path, sample.OldPath]) : [];
                }

                store.AddContexts(found);
                found.Clear();
            }

            done += group.Count;
            progress?.Report(done);
        }
    }

    /// <summary>Samples that stand next to each other and are of the same tree.</summary>
    private static IEnumerable<IReadOnlyList<Sample>> InGroups(IReadOnlyList<Sample> samples)
    {
        for (int start = 0, end; start < samples.Count; start = end)
        {
            for (end = start + 1; end < samples.Count && samples[end].Commit == samples[start].Commit && samples[end].Source == samples[start].Source; end++)
            {
            }

            yield return [.. samples.Skip(start).Take(end - start)];
        }
    }

    private Tree? TreeBefore(Sample sample)
    {
        Commit commit = repository.Lookup<Commit>(sample.Commit) ?? throw new NotFoundException($"There is no commit {sample.Commit}.");
        return sample.Source == SampleSource.Tree ? commit.Tree : commit.Parents.FirstOrDefault()?.Tree;
    }
}
