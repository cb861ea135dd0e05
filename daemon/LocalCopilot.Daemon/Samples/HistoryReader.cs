using LibGit2Sharp;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Git;
using Microsoft.Extensions.Logging;

namespace LocalCopilot.Daemon.Samples;

/// <summary>Brings what is known of a repository's history up to date: reads the commits that are new, the newest first.</summary>
/// <remarks>
/// Never writes to the repository. Works on the thread that calls; may be ended at any commit, and goes on with what is missing
/// the next time. A commit that cannot be read, as when the repository is packed at this moment, is tried again then.
/// </remarks>
internal sealed partial class HistoryReader(HistoryOptions options, ILogger<HistoryReader> logger)
{
    private const int CommitsInTransaction = 64;

    /// <summary>libgit2 keeps what it has parsed for as long as a repository is open, so it is opened anew after so many.</summary>
    private const int CommitsInOpening = 4096;

    /// <param name="store">Of this repository.</param>
    /// <param name="tip">History after it does not exist; null: what is checked out.</param>
    /// <returns>The commits that there are, the newest first, read or not; empty for a repository without commits.</returns>
    /// <exception cref="LibGit2SharpException">There is no such commit, or the repository is damaged.</exception>
    public IReadOnlyList<HistoryCommit> Read(Repository repository, RepositorySettings settings, SampleStore store, ObjectId? tip, IProgress<HistoryProgress>? progress, CancellationToken cancellationToken)
    {
        FileRules rules = new(repository, settings);
        store.RemovePaths(rules.OfPath);
        if (settings.DisabledBy is not null || (tip ?? repository.Head.Tip?.Id) is not { } newest)
        {
            return [];
        }

        IReadOnlyList<HistoryCommit> commits = HistoryWalk.Newest(repository, newest, options.MaxCommits, cancellationToken);
        HashSet<ObjectId> known = store.Commits();
        HistoryCommit[] unread = [.. commits.Where(commit => !known.Contains(commit.Id))];
        List<ReadCommit> batch = [];
        int done = 0;
        int made = 0;
        try
        {
            foreach (HistoryCommit[] part in unread.Chunk(CommitsInOpening))
            {
                using Repository opened = new(repository.Info.WorkingDirectory ?? repository.Info.Path);
                CommitSamples samples = new(opened, rules, options);
                foreach (HistoryCommit commit in part)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (TryRead(samples, commit, cancellationToken) is { } read)
                    {
                        batch.Add(read);
                        made += read.Samples.Count;
                    }

                    done++;
                    if (batch.Count == CommitsInTransaction)
                    {
                        store.Add(batch);
                        batch.Clear();
                        progress?.Report(new(done, unread.Length, made));
                    }
                }
            }
        }
        finally
        {
            store.Add(batch);
        }

        progress?.Report(new(done, unread.Length, made));
        store.KeepOnly(commits.Select(commit => commit.Id).ToHashSet(), 2 * options.MaxCommits);
        return commits;
    }

    private ReadCommit? TryRead(CommitSamples samples, HistoryCommit commit, CancellationToken cancellationToken)
    {
        try
        {
            return samples.Read(commit, cancellationToken);
        }
        catch (LibGit2SharpException exception)
        {
            Log.CommitUnreadable(logger, commit.Id.Sha, exception.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Microsoft.Extensions.Logging.LogLevel.Debug, "The commit {Commit} could not be read and is tried again the next time: {Reason}")]
        public static partial void CommitUnreadable(ILogger logger, string commit, string reason);
    }
}
