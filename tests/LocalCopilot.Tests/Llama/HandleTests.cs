using LocalCopilot.Llama;
using LocalCopilot.Llama.Native;

namespace LocalCopilot.Tests.Llama;

[Collection(RunsAlone.Name)]
public class HandleTests
{
    [Fact]
    public void No_native_object_is_left_when_all_are_disposed()
    {
        int before = LlamaHandle.LiveCount;
        for (int round = 0; round < 3; round++)
        {
            using LlamaModel model = LlamaModel.Load(EmbeddedModel.Path);
            using LlamaSampler sampler = LlamaSampler.Greedy();
            using LlamaContext context = new(model, new() { TokensPerSequence = 64, Threads = 2 });
            Assert.True(LlamaHandle.LiveCount >= before + 3);
        }

        Assert.Equal(before, LlamaHandle.LiveCount);
    }

    [Fact]
    public void A_model_outlives_its_context_in_whatever_order_they_are_disposed()
    {
        int before = LlamaHandle.LiveCount;
        LlamaModel model = LlamaModel.Load(EmbeddedModel.Path);
        using (LlamaContext context = new(model, new() { TokensPerSequence = 64 }))
        using (LlamaBatch batch = new(2))
        {
            model.Dispose();
            batch.Add(1, 0, 0, output: false);
            batch.Add(2, 1, 0, output: true);

            Assert.Equal(DecodeStatus.Done, context.Decode(batch));
        }

        Assert.Equal(before, LlamaHandle.LiveCount);
    }

    [Fact]
    public void Failed_loads_leave_nothing()
    {
        int before = LlamaHandle.LiveCount;
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "no model");
        using LlamaModel model = LlamaModel.Load(EmbeddedModel.Path);

        Assert.Throws<LlamaException>(() => LlamaModel.Load(file));
        Assert.Throws<LlamaException>(() => model.LoadAdapter(file));
        Assert.Throws<FileNotFoundException>(() => model.LoadAdapter(file + ".missing"));

        model.Dispose();
        File.Delete(file);
        Assert.Equal(before, LlamaHandle.LiveCount);
    }

    [Fact]
    public void What_llama_cpp_logs_reaches_listeners_as_whole_lines()
    {
        List<(LlamaLogLevel Level, string Line)> lines = [];
        void Listen(LlamaLogLevel level, string line)
        {
            lock (lines)
            {
                lines.Add((level, line));
            }
        }

        LlamaLog.Written += Listen;
        try
        {
            using LlamaModel model = LlamaModel.Load(EmbeddedModel.Path);
        }
        finally
        {
            LlamaLog.Written -= Listen;
        }

        Assert.Contains(lines, line => line.Level == LlamaLogLevel.Information && line.Line.Contains("general.architecture", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Line.Contains('\n', StringComparison.Ordinal) || line.Line.Length == 0);
    }
}
