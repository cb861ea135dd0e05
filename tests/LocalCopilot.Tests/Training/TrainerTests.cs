using LocalCopilot.Training;
using LocalCopilot.Training.Adapters;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Optimization;

namespace LocalCopilot.Tests.Training;

/// <summary>Steps of the optimizer: what they do, and that nothing but the recipe decides it.</summary>
[Collection(RunsAlone.Name)]
public class TrainerTests(TrainingFixture fixture) : IClassFixture<TrainingFixture>
{
    private static readonly LoraOptions Small = new() { Rank = 4, Alpha = 8 };
    private static readonly TrainingRecipe Recipe = new() { LearningRate = 1e-2, Epochs = 20, SamplesPerStep = 4 };

    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void Loss_of_what_is_learned_falls(string kind)
    {
        using LoraModel model = Open(TinyModel.Of(kind));
        SampleSet samples = Set(TrainingFixture.RandomSamples(4, 24));
        Trainer trainer = new(model, samples, Recipe);
        double before = trainer.Evaluate(samples)!.Value;
        while (trainer.Step < trainer.Steps)
        {
            trainer.Next();
        }

        Assert.InRange(trainer.Evaluate(samples)!.Value, 0, 0.8 * before);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_does_not()
    {
        LoraOptions dropping = Small with { Dropout = 0.2f };
        float[] first = Trained(dropping, Recipe);

        Assert.Equal(first, Trained(dropping, Recipe));
        Assert.NotEqual(first, Trained(dropping, Recipe with { Seed = 2 }));
    }

    [Fact]
    public void Gradients_do_not_depend_on_how_samples_are_packed()
    {
        SampleSet samples = Set(TrainingFixture.RandomSamples(4, 40));
        using LoraModel model = Open(new TinyModel("llama"));
        TrainingFixture.Randomize(model.Parameters);

        AssertSame(Gradients(model, RowPacking.Pack(samples.Samples, 40)), Gradients(model, RowPacking.Pack(samples.Samples, 160)), 1e-5);
    }

    [Theory]
    [MemberData(nameof(TinyModel.Kinds), MemberType = typeof(TinyModel))]
    public void Own_operations_give_the_gradients_of_ggml_s(string kind)
    {
        string file = TinyModel.Of(kind).Write(fixture.Folder);
        IReadOnlyList<PackedBatch> rows = RowPacking.Pack(TrainingFixture.RandomSamples(5, 50), 128);
        float[] own = GradientsOf(file, new());

        AssertSame(GradientsOf(file, new() { PlainOperations = true }), own, 1e-4);
        AssertSame(GradientsOf(file, new() { Recompute = true }), own, 0);
        AssertSame(GradientsOf(file, new() { Threads = 2 }), own, 0);

        float[] GradientsOf(string path, ComputeOptions compute)
        {
            using LoraModel model = LoraModel.Open(path, Small, compute, TestContext.Current.CancellationToken);
            TrainingFixture.Randomize(model.Parameters);
            return Gradients(model, rows);
        }
    }

    [Fact]
    public void A_step_that_was_interrupted_is_made_again_as_if_it_had_not_been()
    {
        using LocalCopilot.Llama.AbortFlag abort = new();
        string file = new TinyModel("llama").Write(fixture.Folder);
        LoraOptions dropping = Small with { Dropout = 0.2f };
        using LoraModel model = LoraModel.Open(file, dropping, new() { Abort = abort }, TestContext.Current.CancellationToken);
        model.Parameters.Initialize(1);
        Trainer trainer = new(model, Set(TrainingFixture.RandomSamples(4, 24)), Recipe with { MaxSteps = 5 });
        while (trainer.Step < trainer.Steps)
        {
            abort.IsSet = true;
            Assert.Null(trainer.Next());
            abort.IsSet = false;
            Assert.NotNull(trainer.Next());
        }

        Assert.Equal(Trained(dropping, Recipe with { MaxSteps = 5 }), trainer.Values.ToArray());
    }

    [Fact]
    public void A_loss_that_is_no_number_changes_nothing_and_says_so()
    {
        using LoraModel model = Open(new TinyModel("llama"));
        float[] values = new float[model.Parameters.Count];
        model.Parameters.ReadValues(values);
        values[0] = float.NaN;
        model.Parameters.WriteValues(values);
        Trainer trainer = new(model, Set(TrainingFixture.RandomSamples(4, 24)), Recipe);

        DivergedException exception = Assert.Throws<DivergedException>(() => trainer.Next());
        Assert.Contains("lower learning rate", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, trainer.Step);
        Assert.Equal(values, trainer.Values.ToArray());
    }

    [Fact]
    public void The_rate_rises_and_then_falls_as_a_cosine()
    {
        TrainingRecipe recipe = new() { LearningRate = 2, Warmup = 0.1, FinalRate = 0.1 };
        double[] rates = [.. Enumerable.Range(0, 100).Select(step => LearningRate.At(recipe, step, 100))];

        Assert.Equal(0.2, rates[0], 6);
        Assert.Equal(2, rates[9], 6);
        Assert.Equal(2 * (0.1 + (0.9 * 0.5)), rates[55], 6);
        Assert.InRange(rates[99], 0.2, 0.21);
        Assert.Equal(rates[10..].OrderDescending(), rates[10..]);
    }

    [Fact]
    public void Each_epoch_has_every_sample_once()
    {
        SampleOrder order = new(10, new() { SamplesPerStep = 5, Epochs = 3 });
        int[][] epochs = [.. Enumerable.Range(0, 3).Select(epoch => (int[])[.. order.OfStep(2 * epoch), .. order.OfStep((2 * epoch) + 1)])];

        Assert.Equal(6, order.Steps);
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 10), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
    }

    [Fact]
    public void AdamW_is_the_published_formula()
    {
        using LoraModel model = Open(new TinyModel("llama"));
        TrainingRecipe recipe = new() { MaxGradientNorm = 0, WeightDecay = 0.1, PlusRatio = 4 };
        AdamW optimizer = new(model.Parameters, recipe);
        float[] values = new float[model.Parameters.Count];
        model.Parameters.ReadValues(values);
        LoraMatrix matrix = model.Parameters.Matrices[1];
        int[] places = [(int)matrix.Offset + 5, (int)matrix.OffsetB(4) + 3];
        double[] expected = [.. places.Select(place => (double)values[place])];
        double[] means = new double[2], squares = new double[2];
        for (int step = 0; step < 3; step++)
        {
            float[] gradients = [.. Enumerable.Range(0, values.Length).Select(i => (float)Math.Sin(i + step))];
            for (int i = 0; i < 2; i++)
            {
                double g = gradients[places[i]], rate = i == 0 ? 0.01 : 0.04;
                means[i] = (0.9 * means[i]) + (0.1 * g);
                squares[i] = (0.99 * squares[i]) + (0.01 * g * g);
                expected[i] -= rate * ((means[i] / (1 - Math.Pow(0.9, step + 1)) / (Math.Sqrt(squares[i] / (1 - Math.Pow(0.99, step + 1))) + 1e-8)) + (0.1 * expected[i]));
            }

            optimizer.Step(values, gradients, 0.01, step);
        }

        Assert.Equal(expected[0], values[places[0]], 1e-5);
        Assert.Equal(expected[1], values[places[1]], 1e-5);
    }

    private static float[] Gradients(LoraModel model, IReadOnlyList<PackedBatch> rows)
    {
        model.Parameters.ClearGradients();
        foreach (PackedBatch row in rows)
        {
            model.Accumulate(row);
        }

        float[] gradients = new float[model.Parameters.Count];
        model.Parameters.ReadGradients(gradients);
        return gradients;
    }

    private static void AssertSame(float[] expected, float[] actual, double tolerance)
    {
        double error = Math.Sqrt(expected.Zip(actual, (a, b) => Math.Pow(a - b, 2)).Sum() / expected.Sum(value => (double)value * value));
        Assert.True(error <= tolerance, $"They differ by {error:G3} of their length.");
    }

    private static SampleSet Set(TrainingSample[] samples) => new(samples, 0, 0);

    private LoraModel Open(TinyModel tiny, LoraOptions? lora = null)
    {
        LoraModel model = LoraModel.Open(tiny.Write(fixture.Folder), lora ?? Small, new(), TestContext.Current.CancellationToken);
        model.Parameters.Initialize(1);
        return model;
    }

    private float[] Trained(LoraOptions lora, TrainingRecipe recipe)
    {
        using LoraModel model = Open(new TinyModel("llama"), lora);
        Trainer trainer = new(model, Set(TrainingFixture.RandomSamples(4, 24)), recipe);
        while (trainer.Step < trainer.Steps)
        {
            trainer.Next();
        }

        return trainer.Values.ToArray();
    }
}
