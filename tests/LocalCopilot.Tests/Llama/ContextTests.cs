using LocalCopilot.Llama;

namespace LocalCopilot.Tests.Llama;

public class ContextTests(EmbeddedModel embedded) : IClassFixture<EmbeddedModel>
{
    private readonly int[] _tokens = embedded.Model.Vocabulary.Tokenize("using System;\n\npublic static class Program\n{\n    public static void Main(string[] args)\n    {\n        Console.");

    [Fact]
    public void The_model_describes_itself()
    {
        LlamaModel model = embedded.Model;

        Assert.Equal(("llama", 1024, 256, 6, 6_524_160), (model.Architecture, model.TrainedContextTokens, model.EmbeddingLength, model.Layers, model.Parameters));
        Assert.True(model.CanRemoveTokens && model.HasDecoder);
        Assert.Contains(LlamaRuntime.Devices(), device => device.Kind == LlamaDeviceKind.Cpu && device.TotalBytes > 0);
    }

    [Fact]
    public void Logits_do_not_depend_on_how_rows_are_batched()
    {
        float[] together = Evaluate(_tokens.Length);

        Assert.All([2, 3, 7, 16], rows => Assert.Equal(together, Evaluate(rows)));
    }

    [Fact]
    public void A_copied_sequence_continues_as_the_original_would()
    {
        using LlamaContext context = new(embedded.Model, new() { TokensPerSequence = 256, Sequences = 2 });
        using LlamaBatch batch = new(256);
        Fill(batch, _tokens.Length - 2, 0, 0, _tokens[..^2]);
        Assert.Equal(DecodeStatus.Done, context.Decode(batch));
        context.Copy(0, 1);

        float[] original = Continue(0);
        float[] copy = Continue(1);

        Assert.Equal(original, copy);
        Assert.Equal(_tokens.Length - 1, context.LastPosition(1));
        context.RemoveFrom(1, 3);
        Assert.Equal(2, context.LastPosition(1));
        context.Clear();
        Assert.Equal(-1, context.LastPosition(0));

        float[] Continue(int sequence)
        {
            Fill(batch, 2, _tokens.Length - 2, sequence, _tokens[^2..]);
            Assert.Equal(DecodeStatus.Done, context.Decode(batch));
            return context.Logits(1).ToArray();
        }
    }

    [Fact]
    public void An_evaluation_ends_when_the_flag_is_set()
    {
        using AbortFlag abort = new();
        using LlamaContext context = new(embedded.Model, new() { TokensPerSequence = 256, Abort = abort });
        using LlamaBatch batch = new(256);
        Fill(batch, _tokens.Length, 0, 0, _tokens);

        abort.IsSet = true;
        Assert.Equal(DecodeStatus.Aborted, context.Decode(batch));
        abort.IsSet = false;
        context.RemoveFrom(0, context.LastPosition(0) + 1);
        Fill(batch, _tokens.Length, 0, 0, _tokens);

        Assert.Equal(DecodeStatus.Done, context.Decode(batch));
    }

    [Fact]
    public void A_batch_that_makes_no_sense_is_an_error()
    {
        using LlamaContext context = new(embedded.Model, new() { TokensPerSequence = 64 });
        using LlamaBatch batch = new(2);
        batch.Add(embedded.Model.Vocabulary.Count + 5, 0, 0, output: true);

        Assert.Throws<LlamaException>(() => context.Decode(batch));
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Logits(7).Length);
        batch.Add(1, 1, 0, output: true);
        Assert.Throws<InvalidOperationException>(() => batch.Add(1, 2, 0, output: true));
    }

    [Fact]
    public void A_batch_without_room_is_not_evaluated()
    {
        using LlamaContext context = new(embedded.Model, new() { TokensPerSequence = 256, BatchTokens = 200 });
        using LlamaBatch batch = new(512);
        Fill(batch, 200, 0, 0, new int[200]);
        Assert.Equal(DecodeStatus.Done, context.Decode(batch));
        Fill(batch, 200, 200, 0, new int[200]);

        Assert.Equal(DecodeStatus.NoRoom, context.Decode(batch));
        Assert.Equal(199, context.LastPosition(0));
        Fill(batch, 201, 0, 0, new int[201]);
        Assert.Throws<ArgumentException>(() => context.Decode(batch));
    }

    [Fact]
    public void Samplers_are_greedy_or_repeatable()
    {
        using LlamaContext context = new(embedded.Model, new() { TokensPerSequence = 256 });
        using LlamaBatch batch = new(256);
        Fill(batch, _tokens.Length, 0, 0, _tokens);
        context.Decode(batch);
        ReadOnlySpan<float> logits = context.Logits(_tokens.Length - 1);
        int best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);

        using LlamaSampler greedy = LlamaSampler.Greedy();
        Assert.Equal(best, greedy.Sample(context, _tokens.Length - 1));
        Assert.Equal(Draw(7), Draw(7));
        Assert.True(Draw(7).Distinct().Count() > 1);

        int[] Draw(uint seed)
        {
            using LlamaSampler sampler = LlamaSampler.Random(seed, temperature: 1.5f);
            return [.. Enumerable.Range(0, 32).Select(_ => sampler.Sample(context, _tokens.Length - 1))];
        }
    }

    private float[] Evaluate(int rows)
    {
        using LlamaContext context = new(embedded.Model, new() { TokensPerSequence = 256, Threads = 2 });
        using LlamaBatch batch = new(256);
        int[] tokens = _tokens;
        for (int start = 0; start < tokens.Length;)
        {
            // Never a single row: its multiplication is another kernel's, with other rounding.
            int count = tokens.Length - start - rows is 1 ? rows - 1 : Math.Min(rows, tokens.Length - start);
            count = count < 2 ? 3 : count;
            count = Math.Min(count, tokens.Length - start);
            Fill(batch, count, start, 0, tokens[start..(start + count)]);
            Assert.Equal(DecodeStatus.Done, context.Decode(batch));
            start += count;
            if (start == tokens.Length)
            {
                return context.Logits(count - 1).ToArray();
            }
        }

        throw new InvalidOperationException("There are no tokens.");
    }

    private static void Fill(LlamaBatch batch, int count, int position, int sequence, int[] tokens)
    {
        batch.Clear();
        for (int i = 0; i < count; i++)
        {
            batch.Add(tokens[i], position + i, sequence, output: i >= count - 2);
        }
    }
}
