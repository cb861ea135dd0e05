using LibGit2Sharp;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Makes samples of files as they are at a commit, each version of a file once.</summary>
internal sealed class TreeSamples(Repository repository, FileRules rules, SampleStore store, HistoryOptions options)
{
    private const double ShareOfLines = 0.1;
    private const int MostInFile = 12;
    private const int MostFilesKept = 20_000;

    /// <param name="past">The commits that this one consists of, as far as they are known, itself included.</param>
    /// <param name="most">Samples, at most: of files in an order that does not depend on their names' alphabet, the same for each commit.</param>
    /// <exception cref="LibGit2SharpException">The repository is damaged, or was changed meanwhile.</exception>
    public IReadOnlyList<Sample> Of(ObjectId commit, IReadOnlySet<ObjectId> past, int most, CancellationToken cancellationToken)
    {
        store.LimitTrees(MostFilesKept);
        Tree tree = repository.Lookup<Commit>(commit)?.Tree ?? throw new NotFoundException($"There is no commit {commit}.");
        List<Sample> samples = [];
        foreach (var (path, blob) in TreeFiles.Of(tree).Where(file => rules.OfPath(file.Path) is null).OrderBy(file => StableHash.Of(file.Path)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (samples.Count >= most)
            {
                break;
            }

            // Made at a commit that was not yet made then, they would have its context.
            if (store.TreeSamplesOf(path, blob) is not { } known || known.Any(sample => !past.Contains(sample.Commit)))
            {
                store.SetTree(path, blob, Make(commit, path, blob));
                known = store.TreeSamplesOf(path, blob)!;
            }

            samples.AddRange(known);
        }

        return samples.Count > most ? samples[..most] : samples;
    }

    private IReadOnlyList<Sample> Make(ObjectId commit, string path, ObjectId blob)
    {
        BlobText text = BlobText.Read(repository, blob, options.MaxFileBytes);
        if (FileRules.OfBlob(text) is not null)
        {
            return [];
        }

        CodeText code = new(text.Text!);
        return
        [
            // Other lines than those that the commit which added the file has drawn.
            .. MiddlePicker.Pick(path, code, [new(0, code.Lines.Length)], ShareOfLines, MostInFile, new(Seed.SecondOf(blob)))
                .Select(middle => new Sample(0, commit, path, path, blob, middle, SampleSource.Tree, Surroundings.SignatureOf(code, middle))),
        ];
    }
}
