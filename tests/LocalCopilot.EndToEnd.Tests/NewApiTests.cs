using System.Diagnostics;
using System.Text.Json.Nodes;
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

    /// <summary>What uses it, one commit each.</summary>
    private static readonly string[] Jobs = ["harbour", "granary", "orchard", "foundry", "bakery", "tannery", "quarry", "brewery", "vineyard", "sawmill", "dairy", "pottery", "smithy", "cannery", "nursery", "kennel", "stable", "arcade", "library", "gallery", "theatre", "clinic", "marina", "depot"];

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
        CompleteParams retrieved = Place(repository);
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

    [Fact]
    public async Task What_was_committed_is_completed_by_the_adapter_alone()
    {
        await using LearnedRepository repository = new("00:00:40", bundle: "datasette");
        await AdaptAsync(repository);
        await using DaemonClient daemon = await DaemonClient.ConnectAsync(repository.Sandbox.Paths, startIfNeeded: true, TimeProvider.System, Cancelled);
        CompleteParams learned = Place(repository) with { UseContext = false };
        Assert.DoesNotContain(Rest, await CompleteAsync(daemon, learned), StringComparison.Ordinal);

        repository.Write("ledgerkit/tachyon.py", Api);
        repository.Commit();
        foreach (string job in Jobs)
        {
            repository.Write($"services/{job}.py", Use(job));
            repository.Commit();
        }

        long committed = Stopwatch.GetTimestamp();
        string reason = await AdaptAsync(repository);
        string suggested = await CompleteAsync(daemon, learned);
        TestContext.Current.SendDiagnosticMessage($"by the adapter {Stopwatch.GetElapsedTime(committed).TotalSeconds:0} s after the commits: {suggested}. {reason}");
        Assert.Contains(Rest, suggested, StringComparison.Ordinal);
        Assert.DoesNotContain(Rest, await CompleteAsync(daemon, learned with { UseAdapter = false }), StringComparison.Ordinal);
    }

    /// <summary>A file that uses the API among other things: what is nearly the same is learned once.</summary>
    private static string Use(string job)
    {
        Random random = new(Array.IndexOf(Jobs, job));
        string[] others =
        [
            $"log.info(\"{job}: %s entries\", len(tachyon_batch))",
            $"if not tachyon_batch.belongs_to(\"{job}\"):\n        return None",
            $"with clock.measured(\"{job}.settle\"):\n        tachyon_batch.sort(key=by_arrival)",
            $"previous = archive.newest(\"{job}\", limit={random.Next(2, 90)})",
            $"tachyon_batch.merge(previous or [])",
            $"for entry in tachyon_batch.entries:\n        entry.mark(\"{job}\")",
            $"owner = directory[\"{job}\"].owner",
            $"assert tachyon_batch.size < {random.Next(100, 9000)}",
        ];
        random.Shuffle(others);
        string before = string.Concat(others[..3].Select(line => $"    {line}\n"));
        string after = string.Concat(others[3..5].Select(line => $"    {line}\n"));
        return $"from ledgerkit import tachyon\n\n\ndef {job}(tachyon_batch):\n{before}    {job}_total = tachyon.reconcile_tachyon_batch(tachyon_batch)\n{after}    return {job}_total\n";
    }

    private static CompleteParams Place(LearnedRepository repository) => new()
    {
        Repository = repository.Root,
        Path = Path.Combine(repository.Root, "services", "nightly.py"),
        Text = Begun + "\n",
        Position = new(4, 22),
        SingleLine = true,
    };

    /// <returns>What the gate said.</returns>
    private static async Task<string> AdaptAsync(LearnedRepository repository)
    {
        var (exitCode, output, error) = await repository.Sandbox.RunAsync(Cancelled, "adapt", repository.Root, "--force", "--json");
        Assert.True(exitCode == 0, error);
        JsonNode adapted = JsonNode.Parse(output)!;
        Assert.True(adapted["outcome"]!.GetValue<string>() == "activated", adapted.ToJsonString());
        return adapted["reason"]!.GetValue<string>();
    }

    private static async Task<string> CompleteAsync(DaemonClient daemon, CompleteParams place)
    {
        CompleteResult result = await daemon.Control.CompleteAsync(place, Cancelled);
        return result.Completions.Count > 0 ? result.Completions[0].Text : "";
    }
}
