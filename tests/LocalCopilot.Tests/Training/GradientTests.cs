using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;

namespace LocalCopilot.Tests.Training;

/// <summary>The hand-written derivative is the derivative.</summary>
[Collection(RunsAlone.Name)]
public class GradientTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void Every_gradient_is_the_central_difference_of_the_loss(string kind)
    {
        string file = (TinyModel.Of(kind) with { Width = 32, FeedForward = 32, HeadLength = 16, Heads = 2, KeyValueHeads = 1 }).Write(fixture.Folder);
        TrainingSample[] samples = TrainingFixture.RandomSamples(2, 9);
        samples[0] = samples[0] with { PromptTargets = 3, PromptWeight = 0.25f };
        PackedBatch batch = PackedBatch.Pack(samples);
        using LoraModel model = LoraModel.Open(file, new() { Rank = 2, Alpha = 4 }, new(), TestContext.Current.CancellationToken);
        TrainingFixture.Randomize(model.Parameters);
        LoraParameters parameters = model.Parameters;
        float[] values = new float[parameters.Count];
        float[] gradients = new float[parameters.Count];
        parameters.ReadValues(values);
        parameters.ClearGradients();
        model.Accumulate(batch);
        parameters.ReadGradients(gradients);

        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            Check($"A of {matrix.Name}", (int)matrix.Offset, matrix.In * parameters.Options.Rank);
            Check($"B of {matrix.Name}", (int)matrix.OffsetB(parameters.Options.Rank), matrix.Out * parameters.Options.Rank);
        }

        void Check(string name, int offset, int count)
        {
            double error = 0;
            double size = 0;
            for (int i = offset; i < offset + count; i++)
            {
                // Fourth order: the error of a larger step stays below that of F32's rounding.
                const double Step = 1e-2;
                double difference = ((8 * (LossAt(i, Step) - LossAt(i, -Step))) - (LossAt(i, 2 * Step) - LossAt(i, -2 * Step))) / (12 * Step);
                error += Math.Pow(difference - gradients[i], 2);
                size += difference * difference;
            }

            Assert.True(Math.Sqrt(error) < 0.01 * Math.Sqrt(size), $"{name}: the gradient is {Math.Sqrt(error / size):P2} off.");
        }

        double LossAt(int index, double step)
        {
            float value = values[index];
            values[index] = (float)(value + step);
            parameters.WriteValues(values);
            values[index] = value;
            return Reference.Loss(model.Logits(batch), samples);
        }
    }

    [Fact]
    public void With_dropout_too_and_the_same_draw_is_made_in_both_directions()
    {
        string file = (new TinyModel("llama") with { Width = 32, FeedForward = 32, HeadLength = 16, Heads = 2, KeyValueHeads = 1 }).Write(fixture.Folder);
        PackedBatch batch = PackedBatch.Pack(TrainingFixture.RandomSamples(2, 9));
        using LoraModel model = LoraModel.Open(file, new() { Rank = 2, Alpha = 4, Dropout = 0.4f }, new(), TestContext.Current.CancellationToken);
        TrainingFixture.Randomize(model.Parameters);
        float[] values = new float[model.Parameters.Count];
        float[] gradients = new float[values.Length];
        model.Parameters.ReadValues(values);
        model.Parameters.ClearGradients();
        double loss = Loss();
        model.Parameters.ReadGradients(gradients);
        Assert.NotEqual(loss, model.Evaluate(batch)!.Value.Loss, 1e-3);

        foreach (LoraMatrix matrix in model.Parameters.Matrices)
        {
            // Along the gradient itself, where rounding matters least; A and B each for itself.
            Along((int)matrix.Offset, matrix.In * 2);
            Along((int)matrix.OffsetB(2), matrix.Out * 2);
        }

        void Along(int offset, int count)
        {
            double length = Math.Sqrt(gradients.AsSpan(offset, count).ToArray().Sum(g => (double)g * g));
            const double Step = 0.003;
            double difference = ((8 * (At(Step) - At(-Step))) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
            Assert.InRange(difference, 0.99 * length, 1.01 * length);

            double At(double step)
            {
                float[] moved = [.. values];
                for (int i = offset; i < offset + count; i++)
                {
                    moved[i] += (float)(step * gradients[i] / length);
                }

                model.Parameters.WriteValues(moved);
                return Loss();
            }
        }

        double Loss() => model.Accumulate(batch, new RandomNumbers(7))!.Value.Loss;
    }
}
