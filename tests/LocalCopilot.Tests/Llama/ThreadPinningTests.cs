using LocalCopilot.Llama;

namespace LocalCopilot.Tests.Llama;

public class ThreadPinningTests(EmbeddedModel embedded) : IClassFixture<EmbeddedModel>
{
    [Fact]
    public void Threads_that_compute_together_have_a_processor_each_and_one_alone_may_use_any()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.ProcessorCount > 1, "Where a thread may run is looked up in /proc; one processor cannot be shared out.");
        string anywhere = Allowed();
        string together = "", alone = "", togetherAgain = "", ofAnother = "", afterwards = "";
        string[] all = [];
        Thread thread = new(() =>
        {
            using (LlamaContext context = new(embedded.Model, new() { TokensPerSequence = 64, Threads = Environment.ProcessorCount, PinsThreads = true }))
            {
                // A thread goes to its processor when it first computes.
                using LlamaBatch batch = new(2);
                batch.Add(1, 0, 0, output: true);
                batch.Add(2, 1, 0, output: true);
                context.Decode(batch);
                together = Allowed();
                all = [.. Directory.GetDirectories("/proc/self/task").Select(Allowed).Where(processors => !processors.Contains('-', StringComparison.Ordinal) && !processors.Contains(',', StringComparison.Ordinal))];
                Thread other = new(() => ofAnother = Allowed());
                other.Start();
                other.Join();
                context.Threads = 1;
                alone = Allowed();
                context.Threads = Environment.ProcessorCount;
                togetherAgain = Allowed();
            }

            afterwards = Allowed();
        });

        thread.Start();
        thread.Join();

        Assert.True(int.TryParse(together, out _), together);
        Assert.Equal(together, togetherAgain);
        Assert.Equal(Environment.ProcessorCount, all.Distinct().Count());
        Assert.Equal([anywhere, anywhere, anywhere], [alone, ofAnother, afterwards]);
    }

    [Fact]
    public void A_context_that_was_not_asked_to_leaves_its_threads_where_they_may_run()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Where a thread may run is looked up in /proc.");
        string before = Allowed();

        using LlamaContext context = new(embedded.Model, new() { TokensPerSequence = 64, Threads = Environment.ProcessorCount });

        Assert.Equal(before, Allowed());
    }

    private static string Allowed() => Allowed("/proc/thread-self");

    private static string Allowed(string thread)
    {
        const string field = "Cpus_allowed_list:";
        return File.ReadLines(Path.Combine(thread, "status")).First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..].Trim();
    }
}
