using LibGit2Sharp;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Makes samples of what one commit added.</summary>
internal sealed class CommitSamples(Repository repository, FileRules rules, HistoryOptions options)
{
    private const double ShareOfLines = 0.5;
    private const int MostInFile = 16;
    private const int MostInCommit = 64;

    /// <returns>Always the same for the same commit.</returns>
    /// <exception cref="LibGit2SharpException">The repository is damaged, or was changed meanwhile.</exception>
    public ReadCommit Read(HistoryCommit commit, CancellationToken cancellationToken)
    {
        Dictionary<Exclusion, int> excluded = [];
        List<Sample> samples = [];
        if (commit.IsCutOff)
        {
            excluded[Exclusion.CutOffCommit] = 1;
        }
        else if (commit.IsMerge)
        {
            excluded[Exclusion.MergeCommit] = 1;
        }
        else if (CommitChanges.Of(repository, commit, options.MaxFilesInCommit) is not { } files || !TryRead(commit, files, samples, excluded, cancellationToken))
        {
            samples.Clear();
            excluded.Clear();
            excluded[Exclusion.BulkCommit] = 1;
        }

        return new(commit.Id, commit.When, samples, excluded);
    }

    /// <returns>False where it adds too many lines.</returns>
    private bool TryRead(HistoryCommit commit, IReadOnlyList<ChangedFile> files, List<Sample> samples, Dictionary<Exclusion, int> excluded, CancellationToken cancellationToken)
    {
        int lines = 0;
        foreach (ChangedFile file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((rules.OfPath(file.Path) ?? Read(commit, file, samples, ref lines)) is { } exclusion)
            {
                excluded[exclusion] = excluded.GetValueOrDefault(exclusion) + 1;
            }
        }

        if (samples.Count > MostInCommit)
        {
            Sample[] some = [.. samples];
            new Random(Seed.Of(commit.Id)).Shuffle(some);
            samples.Clear();
            samples.AddRange(some.Take(MostInCommit));
        }

        return lines <= options.MaxLinesInCommit;
    }

    private Exclusion? Read(HistoryCommit commit, ChangedFile file, List<Sample> samples, ref int lines)
    {
        BlobText blob = BlobText.Read(repository, file.Blob, options.MaxFileBytes);
        if (FileRules.OfBlob(blob) is { } exclusion)
        {
            return exclusion;
        }

        Blob? old = file.OldBlob is null ? null : repository.Lookup<Blob>(file.OldBlob);
        if (old is null && file.OldBlob is not null)
        {
            return Exclusion.Missing;
        }

        IReadOnlyList<AddedLines> added = AddedLines.Of(repository, old, repository.Lookup<Blob>(file.Blob));
        lines += added.Sum(range => range.Count);
        CodeText code = new(blob.Text!);
        IReadOnlyList<Middle> middles = MiddlePicker.Pick(file.Path, code, added, ShareOfLines, MostInFile, new(Seed.Of(file.Blob)));
        samples.AddRange(middles.Select(middle => new Sample(0, commit.Id, file.Path, file.OldPath, file.Blob, middle, SampleSource.Commit, Surroundings.SignatureOf(code, middle))));
        return middles.Count == 0 ? Exclusion.NothingToComplete : null;
    }
}
