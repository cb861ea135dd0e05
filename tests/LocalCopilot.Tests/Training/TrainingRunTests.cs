using System.Runtime.InteropServices;
using LocalCopilot.Llama;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>Whole runs, from a job to its adapter, and every way in which one can go wrong.</summary>
[Collection(RunsAlone.Name)]
public class TrainingRunTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    [Fact]
    public void A_run_that_was_stopped_and_goes_on_ends_with_the_same_bytes()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder) with { Lora = new() { Rank = 4, Alpha = 8, Dropout = 0.1f } };
        TrainingJob other = job with { Output = job.Output + ".stopped.gguf" };
        Assert.Equal(TrainingPhase.Done, TrainingJobs.Run(job).Phase);
        for (int step = 3; step < 16; step += 3)
        {
            int last = step;
            TrainingReport stopped = TrainingJobs.Run(other, (report, control) =>
            {
                if (report.Step == last)
                {
                    control.Stop();
                }
            });
            Assert.Equal(TrainingPhase.Stopped, stopped.Phase);
            Assert.True(File.Exists(other.CheckpointPath));
            Assert.False(File.Exists(other.Output));
        }

        Assert.Equal(TrainingPhase.Done, TrainingJobs.Run(other).Phase);
        Assert.Equal(File.ReadAllBytes(job.Output), File.ReadAllBytes(other.Output));
        Assert.False(File.Exists(other.CheckpointPath));
    }

    [Fact]
    public void An_adapter_that_ends_weaker_is_the_trained_one_made_weaker()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder);
        TrainingJob half = job with { Output = job.Output + ".half.gguf", Recipe = job.Recipe with { FinalStrength = 0.5 } };
        TrainingJobs.Run(job);
        TrainingJobs.Run(half);
        string scaled = job.Output + ".scaled.gguf";

        AdapterStrength.Scale(job.Output, scaled, 0.5);

        Assert.NotEqual(File.ReadAllBytes(job.Output), File.ReadAllBytes(scaled));
        Assert.Equal(File.ReadAllBytes(half.Output), File.ReadAllBytes(scaled));
    }

    [Fact]
    public void An_adapter_on_the_way_to_another_has_numbers_between_both()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder);
        TrainingJob further = job with { Output = job.Output + ".further.gguf", Beginning = job.Output };
        TrainingJobs.Run(job);
        TrainingJobs.Run(further);
        string between = job.Output + ".between.gguf";

        AdapterStrength.Between(job.Output, further.Output, between, 1);
        Assert.Equal(Numbers(further.Output), Numbers(between));
        AdapterStrength.Between(job.Output, further.Output, between, 0);
        Assert.Equal(Numbers(job.Output), Numbers(between));
        AdapterStrength.Between(job.Output, further.Output, between, 0.25);
        Assert.NotEqual(Numbers(job.Output), Numbers(further.Output));
        Assert.All(Numbers(job.Output).Zip(Numbers(further.Output), Numbers(between)), three => Assert.Equal((0.75 * three.First) + (0.25 * three.Second), three.Third, 1e-6));
    }

    [Fact]
    public void Adapters_of_different_shapes_have_nothing_between_them()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder);
        TrainingJob wider = job with { Output = job.Output + ".wider.gguf", Lora = job.Lora with { Rank = job.Lora.Rank + 1 } };
        TrainingJobs.Run(job);
        TrainingJobs.Run(wider);

        Assert.Contains("different shapes", Assert.Throws<TrainingException>(() => AdapterStrength.Between(job.Output, wider.Output, job.Output + ".between.gguf", 0.5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Held_out_loss_is_reported_before_in_between_and_after()
    {
        TrainingSample[] samples = TrainingFixture.RandomSamples(8, 40);
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder, samples: samples);
        job = job with { HeldOut = job.Samples, Recipe = job.Recipe with { Epochs = 10, EvaluateEverySteps = 5 } };
        List<TrainingReport> reports = [];
        TrainingReport last = TrainingJobs.Run(job, (report, _) => reports.Add(report));

        Assert.True(last.HeldOutLoss < 0.9 * last.FirstHeldOutLoss, $"{last.FirstHeldOutLoss} before, {last.HeldOutLoss} after");
        Assert.True(reports.Select(report => report.HeldOutLoss).Distinct().Count() >= 5);
        Assert.All(reports.Where(report => report.Loss is not null), report => Assert.True(report.TokensPerSecond > 0 && report.SecondsLeft >= 0));
    }

    [Fact]
    public void Pausing_waits_and_resuming_goes_on()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder);
        bool paused = false;
        TrainingReport last = TrainingJobs.Run(job, (report, control) =>
        {
            if (report.Phase == TrainingPhase.Paused)
            {
                paused = true;
                control.Resume();
            }
            else if (report.Step == 5 && !paused)
            {
                control.Pause();
            }
        });

        Assert.True(paused);
        Assert.Equal((TrainingPhase.Done, 16), (last.Phase, last.Step));
    }

    [Fact]
    public void What_diverges_keeps_the_last_good_checkpoint()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder);
        job = job with { Recipe = job.Recipe with { LearningRate = 1e30, Warmup = 0.5, MaxGradientNorm = 0 } };

        Assert.Throws<DivergedException>(() => TrainingJobs.Run(job));
        Assert.True(File.Exists(job.CheckpointPath));
        Assert.False(File.Exists(job.Output));
    }

    [Fact]
    public void An_unknown_architecture_is_named_with_what_is_supported() =>
        AssertFails(TrainingJobs.Tiny(fixture.Folder) with { Model = (new TinyModel("olmo")).Write(fixture.Folder) }, "'olmo'", "llama, qwen2, qwen3");

    [Fact]
    public void An_unknown_tensor_type_is_named_with_what_is_supported()
    {
        string model = new TinyModel("llama") { Width = 256, FeedForward = 256 }.Write(fixture.Folder, GgufTensorType.Q2_K);
        AssertFails(TrainingJobs.Tiny(fixture.Folder) with { Model = model }, "Q2_K", "Q8_0");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public void A_truncated_model_is_refused(int bytes)
    {
        string whole = new TinyModel("llama").Write(fixture.Folder);
        string model = whole + $".{bytes}";
        File.WriteAllBytes(model, File.ReadAllBytes(whole)[..bytes]);

        Exception exception = Assert.ThrowsAny<Exception>(() => TrainingJobs.Run(TrainingJobs.Tiny(fixture.Folder) with { Model = model }));
        Assert.True(exception is GgufException or TrainingException or IOException, exception.ToString());
    }

    [Fact]
    public void A_damaged_head_of_a_model_is_refused_or_harmless()
    {
        string whole = new TinyModel("llama").Write(fixture.Folder);
        byte[] bytes = File.ReadAllBytes(whole);
        int head = (int)GgufFile.Read(whole).DataOffset;
        string damaged = whole + ".damaged";
        Random random = new(6);
        for (int i = 0; i < 300; i++)
        {
            byte[] copy = [.. bytes];
            copy[random.Next(head)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(damaged, copy);
            Exception? exception = Record.Exception(() => LoraModel.Open(damaged, new() { Rank = 2, Alpha = 4 }, new(), TestContext.Current.CancellationToken).Dispose());
            Assert.True(exception is null or GgufException or TrainingException, exception?.ToString());
        }
    }

    [Fact]
    public void A_device_that_is_not_there_is_named_with_those_that_are()
    {
        LlamaException exception = Assert.Throws<LlamaException>(() => TrainingJobs.Run(TrainingJobs.Tiny(fixture.Folder) with { Device = "CUDA7" }));
        Assert.Contains("'CUDA7'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("CPU", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        TrainingJob other = TrainingJobs.Tiny(fixture.Folder, new TinyModel("llama") { Width = 32, FeedForward = 64 });
        TrainingJobs.Run(other with { Recipe = other.Recipe with { MaxSteps = 1 } });
        AssertFails(TrainingJobs.Tiny(fixture.Folder) with { Beginning = other.Output }, other.Output, "shape");
        AssertFails(TrainingJobs.Tiny(fixture.Folder, new TinyModel("qwen2")) with { Beginning = other.Output }, "'llama'", "'qwen2'");
    }

    [Fact]
    public void Samples_that_are_too_long_or_empty_are_left_out_and_counted()
    {
        TrainingSample[] good = TrainingFixture.RandomSamples(4, 40);
        TrainingSample[] samples = [.. good, .. TrainingFixture.RandomSamples(2, 200), new([5], 1), new([], 0), new([5, 6], 2)];
        TrainingReport last = TrainingJobs.Run(TrainingJobs.Tiny(fixture.Folder, samples: samples));

        Assert.Equal((4, 2, 3), (last.Samples!.Value, last.TooLong!.Value, last.Empty!.Value));
        Assert.Contains("2 samples longer than 128 tokens", last.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_a_usable_sample_is_refused()
    {
        AssertFails(TrainingJobs.Tiny(fixture.Folder, samples: []), "no samples");
        AssertFails(TrainingJobs.Tiny(fixture.Folder, samples: TrainingFixture.RandomSamples(3, 600)), "3 are longer than 128 tokens");
        AssertFails(TrainingJobs.Tiny(fixture.Folder, samples: [new([1, 99_999], 1)]), "99999", "another model");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{\"prompt\": \"a\"}")]
    [InlineData("{\"tokens\": \"a\"}")]
    [InlineData("[1, 2]")]
    public void A_line_that_is_no_sample_is_named(string line)
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder);
        File.AppendAllText(job.Samples, line + "\n");
        AssertFails(job, "line 17");
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder);
        TrainingJobs.Run(job, (report, control) =>
        {
            if (report.Step == 3)
            {
                control.Stop();
            }
        });
        AssertFails(job with { Recipe = job.Recipe with { LearningRate = 0.5 } }, "another run");
        byte[] checkpoint = File.ReadAllBytes(job.CheckpointPath);
        File.WriteAllBytes(job.CheckpointPath, checkpoint[..^100]);
        AssertFails(job, "damaged");
        File.WriteAllText(job.CheckpointPath, "nonsense");
        AssertFails(job, "damaged");
    }

    [Fact]
    public void Too_little_memory_is_said_before_anything_is_loaded() => AssertFails(TrainingJobs.Tiny(fixture.Folder) with { MemoryBytes = 1_000_000 }, "takes at least", "1 MB may be taken");

    [Fact]
    public void A_row_that_does_not_fit_is_made_shorter()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder, new TinyModel("llama") { Width = 512, FeedForward = 2048, Heads = 8 });
        TrainingReport last = TrainingJobs.Run(job with { MemoryBytes = 140_000_000, Recipe = job.Recipe with { RowTokens = 512, MaxSteps = 1 } });

        Assert.Contains("to fit into memory", last.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("{\"model\": \"m\", \"samples\": \"s\", \"output\": \"o\", \"lernRate\": 1}")]
    public void A_job_file_that_is_none_is_refused(string text)
    {
        string file = Path.Combine(fixture.Folder, "job.json");
        File.WriteAllText(file, text);
        Assert.Throws<TrainingException>(() => TrainingJob.Read(file));
    }

    [Fact]
    public void What_a_job_file_leaves_out_has_its_default()
    {
        string file = Path.Combine(fixture.Folder, "short.json");
        File.WriteAllText(file, """{ "model": "m", "samples": "s", "output": "o", "recipe": { "epochs": 2 } }""");
        Assert.Equal(new TrainingJob { Model = "m", Samples = "s", Output = "o", Recipe = new() { Epochs = 2 } }, TrainingJob.Read(file));
    }

    [Fact]
    public void A_job_file_is_read_as_it_was_written()
    {
        TrainingJob job = TrainingJobs.Tiny(fixture.Folder) with { MaxSeconds = 5, PeftFolder = "p" };
        string file = Path.Combine(fixture.Folder, "written.json");
        job.Write(file);
        Assert.Equal(job, TrainingJob.Read(file));
    }

    private static void AssertFails(TrainingJob job, params string[] said)
    {
        TrainingException exception = Assert.Throws<TrainingException>(() => TrainingJobs.Run(job));
        Assert.All(said, text => Assert.Contains(text, exception.Message, StringComparison.Ordinal));
    }

    private static float[] Numbers(string adapter)
    {
        GgufFile file = GgufFile.Read(adapter);
        byte[] bytes = File.ReadAllBytes(adapter);
        return [.. file.Tensors.SelectMany(tensor => MemoryMarshal.Cast<byte, float>(bytes.AsSpan((int)(file.DataOffset + tensor.Offset), (int)tensor.Bytes)).ToArray())];
    }
}
