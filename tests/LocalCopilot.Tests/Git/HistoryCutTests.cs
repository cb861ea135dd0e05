using LibGit2Sharp;
using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Tests.Git;

public class HistoryCutTests
{
    [Fact]
    public void A_straight_history_is_cut_at_each_commit_but_the_newest()
    {
        Assert.Equal([(2, 1, 3), (1, 2, 3)], Describe(HistoryCut.Along([Commit(3, 2), Commit(2, 1), Commit(1)])));
    }

    [Fact]
    public void What_was_merged_is_hidden_with_its_merge()
    {
        // 6 merges 5 and 4, which were made from 3 and 2, into 3.
        HistoryCommit[] commits = [Commit(7, 6), Commit(6, 3, 5), Commit(5, 4), Commit(4, 2), Commit(3, 2), Commit(2, 1), Commit(1)];

        Assert.Equal([(6, 1, 6), (3, 3, 6), (2, 4, 6), (1, 5, 6)], Describe(HistoryCut.Along(commits)));
    }

    [Fact]
    public void The_main_line_ends_where_a_shallow_clone_does()
    {
        HistoryCommit merge = Commit(2, 1) with { IsCutOff = true };

        Assert.Equal([(2, 1, 3)], Describe(HistoryCut.Along([Commit(3, 2), merge, Commit(1)])));
    }

    [Fact]
    public void One_commit_and_none_cannot_be_cut()
    {
        Assert.Empty(HistoryCut.Along([Commit(1)]));
        Assert.Empty(HistoryCut.Along([]));
    }

    private static HistoryCommit Commit(byte id, params byte[] parents) => new(Id(id), DateTimeOffset.UnixEpoch.AddMinutes(id), [.. parents.Select(Id)], IsCutOff: false);

    private static ObjectId Id(byte id) => new([.. new byte[19], id]);

    private static IEnumerable<(int Until, int Hidden, int All)> Describe(IReadOnlyList<HistoryCut> cuts) => cuts.Select(cut => ((int)cut.Until.RawId[^1], cut.Hidden, cut.All));
}
