using System.Diagnostics;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>From a new API to completions that use it: by retrieval when it is saved, by the adapter when it is committed and used.</summary>
public class NewApiTests
{
    private const string Api = """
        "clearing house of the night"


        def reconcile_tachyon_batch(tachyon_batch, horizon_minutes=7):
            return tachyon_batch.within(horizon_minutes)

        """;

    /// <summary>Where the rest of the call, and nothing else, is missing.</summary>
    private const string Begun = "from ledgerkit import tachyon\n\n\ndef nightly(tachyon_batch):\n    return tachyon.rec";

    private const string Rest = "oncile_tachyon_batch(tachyon_batch";

    /// <summary>Far more than it takes; what it took is told.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_saved_is_completed_by_retrieval_and_what_was_committed_by_the_adapter()
    {
        await using LearnedRepository repository = new("00:00:40");
        await using DaemonClient daemon = await DaemonClient.ConnectAsync(repository.Sandbox.Paths, startIfNeeded: true, TimeProvider.System, Cancelled);
        CompleteParams retrieved = new()
        {
            Repository = repository.Root,
            Path = Path.Combine(repository.Root, "services", "nightly.py"),
            Text = Begun + "\n",
            Position = new(4, 22),
            SingleLine = true,
        };
        CompleteParams alone = retrieved with { UseContext = false };
        Assert.DoesNotContain(Rest, await CompleteAsync(daemon, retrieved), StringComparison.Ordinal);

        long saved = Stopwatch.GetTimestamp();
        repository.Write("ledgerkit/tachyon.py", Api);
        while (!(await CompleteAsync(daemon, retrieved)).Contains(Rest, StringComparison.Ordinal))
        {
            Assert.True(Stopwatch.GetElapsedTime(saved) < Patience, "What was saved is not found.");
            await Task.Delay(100, Cancelled);
        }

        TestContext.Current.SendDiagnosticMessage($"by retrieval {Stopwatch.GetElapsedTime(saved).TotalSeconds:0.0} s after saving");
        Assert.DoesNotContain(Rest, await CompleteAsync(daemon, alone), StringComparison.Ordinal);

        long committed = Stopwatch.GetTimestamp();
        CommitUses(repository);
        AdaptationResult result = await daemon.Learning.AdaptAsync(new() { Repository = repository.Root, Force = true }, Cancelled);
        string learned = await CompleteAsync(daemon, alone);

        TestContext.Current.SendDiagnosticMessage($"by the adapter {Stopwatch.GetElapsedTime(committed).TotalSeconds:0} s after the commits: {result.Reason}");
        Assert.Equal(AdaptationOutcome.Activated, result.Outcome);
        Assert.Contains(Rest, learned, StringComparison.Ordinal);
        Assert.DoesNotContain(Rest, await CompleteAsync(daemon, alone with { UseAdapter = false }), StringComparison.Ordinal);
    }

    /// <summary>The API's commit, edits that use it, and some days of other work.</summary>
    private static void CommitUses(LearnedRepository repository)
    {
        repository.Commit();
        for (int use = 0; use < 20; use++)
        {
            repository.Write(
                $"services/evening_{use}.py",
                $"from ledgerkit import tachyon\n\n\ndef evening_run_{use}(tachyon_batch):\n    open_items_{use} = tachyon.reconcile_tachyon_batch(tachyon_batch, horizon_minutes={use + 3})\n    return open_items_{use}.settle_all()\n");
            repository.Commit();
        }

        LearnableRepository.Fill(20, repository.Write, () => repository.Commit(), seed: 2);
    }

    private static async Task<string> CompleteAsync(DaemonClient daemon, CompleteParams place)
    {
        CompleteResult result = await daemon.Control.CompleteAsync(place, Cancelled);
        return result.Completions.Count > 0 ? result.Completions[0].Text : "";
    }
}
