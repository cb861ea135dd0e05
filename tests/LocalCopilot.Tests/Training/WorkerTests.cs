using System.Diagnostics;
using System.Globalization;
using LocalCopilot.Tests.Llama;
using LocalCopilot.Training;

namespace LocalCopilot.Tests.Training;

/// <summary>The real worker process.</summary>
[Collection(RunsAlone.Name)]
public class WorkerTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    private static readonly int KillRounds = int.Parse(Environment.GetEnvironmentVariable("LOCALCOPILOT_KILL_ROUNDS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_run_that_is_killed_at_random_moments_ends_with_the_same_bytes()
    {
        TrainingJob job = EmbeddedJob(steps: 30) with { CheckpointSeconds = 0 };
        TrainingJob quiet = job with { Output = job.Output + ".quiet.gguf" };
        using (WorkerProcess worker = WorkerProcess.Start(fixture.Folder, quiet))
        {
            Assert.Equal(0, await worker.ExitAsync());
        }

        byte[] expected = await File.ReadAllBytesAsync(quiet.Output, TestContext.Current.CancellationToken);
        Random random = new(4);
        int kills = 0;
        while (kills < KillRounds)
        {
            File.Delete(job.Output);
            while (!File.Exists(job.Output))
            {
                using WorkerProcess worker = WorkerProcess.Start(fixture.Folder, job);
                Task<int> exit = worker.ExitAsync();

                // Without a step made nothing would ever be done: from the first report of one on, or while it loads.
                bool early = random.Next(4) == 0;
                Task begun = early ? Task.CompletedTask : worker.ReportAsync(report => report.Loss is not null);
                await Task.WhenAny(begun, exit);
                await Task.WhenAny(exit, Task.Delay(random.Next(early ? 400 : 250), TestContext.Current.CancellationToken));
                bool killed = kills < KillRounds && !exit.IsCompleted;
                if (killed)
                {
                    worker.Kill();
                    kills++;
                }

                int code = await exit;
                Assert.True(killed || code == 0, $"The worker ended with {code}: {worker.Last}");
            }

            Assert.Equal(expected, await File.ReadAllBytesAsync(job.Output, TestContext.Current.CancellationToken));
        }

        TestContext.Current.SendDiagnosticMessage($"{kills} kills");
    }

    [Fact]
    public async Task It_pauses_resumes_and_stops_on_request()
    {
        using WorkerProcess worker = WorkerProcess.Start(fixture.Folder, EmbeddedJob(steps: 100_000));
        await worker.ReportAsync(report => report.Step >= 2);
        worker.Send("pause");
        TrainingReport paused = await worker.ReportAsync(report => report.Phase == TrainingPhase.Paused);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(TrainingPhase.Paused, worker.Last.Phase);
        worker.Send("resume");
        await worker.ReportAsync(report => report.Step > paused.Step);
        worker.Send("stop");
        Assert.Equal(130, await worker.ExitAsync());
        Assert.Equal(TrainingPhase.Stopped, worker.Last.Phase);
        Assert.True(File.Exists(worker.Job.CheckpointPath));
    }

    [Fact]
    public async Task It_ends_with_a_checkpoint_when_its_parent_is_gone()
    {
        using WorkerProcess worker = WorkerProcess.Start(fixture.Folder, EmbeddedJob(steps: 100_000));
        await worker.ReportAsync(report => report.Step >= 2);
        worker.CloseInput();
        Assert.Equal(130, await worker.ExitAsync());
        Assert.True(File.Exists(worker.Job.CheckpointPath));
    }

    [Fact]
    public async Task It_ends_with_a_checkpoint_on_SIGTERM()
    {
        Requirement.Holds(!OperatingSystem.IsWindows(), "needs signals");
        using WorkerProcess worker = WorkerProcess.Start(fixture.Folder, EmbeddedJob(steps: 100_000));
        await worker.ReportAsync(report => report.Step >= 2);
        using (Process kill = Process.Start("kill", ["-TERM", worker.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(130, await worker.ExitAsync());
        Assert.True(File.Exists(worker.Job.CheckpointPath));
    }

    [Fact]
    public async Task It_computes_at_low_priority_with_as_many_threads_as_it_was_told_and_is_the_first_to_lose_its_memory()
    {
        Requirement.Holds(OperatingSystem.IsLinux(), "reads /proc");
        using WorkerProcess worker = WorkerProcess.Start(fixture.Folder, EmbeddedJob(steps: 100_000) with { Threads = 2 });
        await worker.ReportAsync(report => report.Step >= 3);

        // Field 19 is the priority; fields 14 and 15 are the time computed. The name in field 2 may have spaces.
        string[][] threads = [.. Directory.EnumerateDirectories($"/proc/{worker.Id}/task").Select(task => File.ReadAllText($"{task}/stat")).Select(stat => stat[(stat.LastIndexOf(')') + 2)..].Split(' '))];
        int low = threads.Count(fields => fields[16] == "15");
        Assert.InRange(low, 2, threads.Length - 1);
        Assert.Equal("1000", (await File.ReadAllTextAsync($"/proc/{worker.Id}/oom_score_adj", TestContext.Current.CancellationToken)).Trim());
        worker.Send("stop");
        Assert.Equal(130, await worker.ExitAsync());
    }

    [Fact]
    public async Task It_says_what_is_wrong_in_its_last_report()
    {
        using WorkerProcess worker = WorkerProcess.Start(fixture.Folder, EmbeddedJob(steps: 1) with { Model = "/there/is/none.gguf" });
        Assert.Equal(1, await worker.ExitAsync());
        Assert.Equal(TrainingPhase.Failed, worker.Last.Phase);
        Assert.Contains("/there/is/none.gguf", worker.Last.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_leaves_the_last_good_checkpoint_and_is_reported()
    {
        Requirement.Holds(OperatingSystem.IsLinux() && Environment.UserName == "root", "mounts a small file system, as root");
        TrainingJob job = EmbeddedJob(steps: 1000) with { CheckpointSeconds = 0 };
        string disk = Directory.CreateDirectory(Path.Combine(fixture.Folder, "disk")).FullName;

        // A checkpoint of this job takes 0.7 MB; the second one does not fit beside the first.
        job = job with { Checkpoint = Path.Combine(disk, "checkpoint") };
        string mount = $"mount -t tmpfs -o size=1000k tmpfs {disk} && {WorkerProcess.Command} worker \"$0\"; code=$?; cp {disk}/checkpoint {disk}.checkpoint; ls {disk} > {disk}.list; exit $code";
        using WorkerProcess worker = WorkerProcess.Start(fixture.Folder, job, "unshare", ["-m", "sh", "-c", mount]);
        int code = await worker.ExitAsync();
        Requirement.Holds(code is 0 or 1 or 130, "mounts a small file system, as root");
        Assert.Equal((1, TrainingPhase.Failed), (code, worker.Last.Phase));
        Assert.Equal("checkpoint\n", await File.ReadAllTextAsync(disk + ".list", TestContext.Current.CancellationToken));

        // The run goes on from what was left, on a disk with room.
        int reached = worker.Last.Step;
        TrainingReport first = new() { Phase = TrainingPhase.Loading };
        TrainingReport stopped = TrainingJobs.Run(job with { Checkpoint = disk + ".checkpoint" }, (report, control) =>
        {
            if (first.Loss is null && report.Loss is not null)
            {
                first = report;
                control.Stop();
            }
        });
        Assert.Equal(TrainingPhase.Stopped, stopped.Phase);
        Assert.InRange(first.Step, 2, reached + 1);
    }

    private TrainingJob EmbeddedJob(int steps)
    {
        TrainingJob job = TrainingJobs.Of(fixture.Folder, EmbeddedModel.Path, TrainingFixture.RandomSamples(32, 60, vocabulary: 4000));
        return job with
        {
            Lora = job.Lora with { Dropout = 0.1f, Rank = 2 },
            Recipe = job.Recipe with { MaxSteps = steps, Epochs = 100_000, LearningRate = 1e-3 },
        };
    }
}
