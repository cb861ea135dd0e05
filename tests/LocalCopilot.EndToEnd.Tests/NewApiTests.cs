using System.Diagnostics;
using LocalCopilot.Daemon.Hosting;
using LocalCopilot.Protocol;

namespace LocalCopilot.EndToEnd.Tests;

/// <summary>From a new API, made up so that no model knows it, to completions that use it.</summary>
public class NewApiTests
{
    private const string Api = """
        "clearing house of the night"


        def reconcile_tachyon_batch(tachyon_batch, horizon_minutes=7):
            return tachyon_batch.within(horizon_minutes)

        """;

    private const string FirstUses = """
        from ledgerkit import tachyon


        def hourly(tachyon_batch):
            return tachyon.reconcile_tachyon_batch(tachyon_batch)


        def daily(tachyon_batch):
            return tachyon.reconcile_tachyon_batch(tachyon_batch)

        """;

    /// <summary>Where the rest of the call, and nothing else, is missing.</summary>
    private const string Begun = "from ledgerkit import tachyon\n\n\ndef nightly(tachyon_batch):\n    return tachyon.rec";

    private const string Rest = "oncile_tachyon_batch";

    /// <summary>Far more than it takes; what it took is told.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_saved_is_completed_by_retrieval()
    {
        await using LearnedRepository repository = new();

        // A command starts the daemon, in the sandbox.
        Assert.Equal(0, (await repository.Sandbox.RunAsync(Cancelled, "adapters", "list", repository.Root)).ExitCode);
        await using DaemonClient daemon = await DaemonClient.ConnectAsync(repository.Sandbox.Paths, startIfNeeded: true, TimeProvider.System, Cancelled);
        CompleteParams retrieved = new()
        {
            Repository = repository.Root,
            Path = Path.Combine(repository.Root, "services", "nightly.py"),
            Text = Begun + "\n",
            Position = new(4, 22),
            SingleLine = true,
        };
        Assert.DoesNotContain(Rest, await CompleteAsync(daemon, retrieved), StringComparison.Ordinal);

        long saved = Stopwatch.GetTimestamp();
        repository.Write("ledgerkit/tachyon.py", Api);
        repository.Write("services/regular.py", FirstUses);
        while (!(await CompleteAsync(daemon, retrieved)).Contains(Rest, StringComparison.Ordinal))
        {
            Assert.True(Stopwatch.GetElapsedTime(saved) < Patience, "What was saved is not found.");
            await Task.Delay(100, Cancelled);
        }

        TestContext.Current.SendDiagnosticMessage($"by retrieval {Stopwatch.GetElapsedTime(saved).TotalSeconds:0.0} s after saving");
        Assert.DoesNotContain(Rest, await CompleteAsync(daemon, retrieved with { UseContext = false }), StringComparison.Ordinal);
    }

    private static async Task<string> CompleteAsync(DaemonClient daemon, CompleteParams place)
    {
        CompleteResult result = await daemon.Control.CompleteAsync(place, Cancelled);
        return result.Completions.Count > 0 ? result.Completions[0].Text : "";
    }
}
