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
}
