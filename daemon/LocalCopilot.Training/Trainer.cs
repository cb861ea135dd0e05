using System.Numerics.Tensors;
using LocalCopilot.Training.Checkpoints;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Optimization;

namespace LocalCopilot.Training;

/// <summary>What a step of the optimizer did.</summary>
/// <param name="Loss">Mean loss of the step's target tokens before it, by their weights, in nats.</param>
/// <param name="GradientNorm">L2 norm of the mean loss's gradient, before it was shortened.</param>
/// <param name="LearningRate">Of A.</param>
/// <param name="Tokens">Tokens that were computed, prompts included.</param>
/// <param name="Targets">Tokens that were learned.</param>
public sealed record TrainingStep(double Loss, double GradientNorm, double LearningRate, int Tokens, int Targets);

/// <summary>Trains an adapter step by step. All that decides what comes next can be taken out and put back.</summary>
/// <remarks>Used by one thread at a time. On one thread of the processor, or with fixed threads of ggml, the same recipe gives the same bits.</remarks>
public sealed class Trainer
{
    private readonly LoraModel _model;
    private readonly SampleSet _samples;
    private readonly TrainingRecipe _recipe;
    private readonly SampleOrder _order;
    private readonly AdamW _optimizer;
    private readonly float[] _values;
    private readonly float[] _gradients;
    private RandomNumbers _dropout;

    /// <summary>Begins with what the model's <see cref="LoraModel.Parameters"/> hold.</summary>
    /// <exception cref="TrainingException">The recipe is wrong, or there are no samples.</exception>
    public Trainer(LoraModel model, SampleSet samples, TrainingRecipe recipe)
    {
        recipe.Validate();
        _model = model;
        _samples = samples.NotEmpty(recipe.RowTokens);
        _recipe = recipe;
        _order = new(samples.Samples.Count, recipe);
        _optimizer = new(model.Parameters, recipe);
        _values = new float[model.Parameters.Count];
        _gradients = new float[model.Parameters.Count];
        _dropout = new((ulong)(uint)recipe.Seed ^ 0xD1B54A32D192ED03);
        model.Parameters.ReadValues(_values);
    }

    /// <summary>Steps of the whole run.</summary>
    public int Steps => _order.Steps;

    /// <summary>Steps that were made.</summary>
    public int Step { get; private set; }

    /// <summary>The adapter's numbers after the last step, as <see cref="Adapters.LoraParameters"/> orders them.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Makes the next step.</summary>
    /// <returns>Null when the model's abort flag ended it; then nothing has changed, and it can be made again.</returns>
    /// <exception cref="TrainingException">Loss or gradient is not a number; nothing has changed.</exception>
    public TrainingStep? Next()
    {
        ulong dropout = _dropout.State;
        _model.Parameters.ClearGradients();
        double loss = 0, weight = 0;
        int tokens = 0, targets = 0;
        foreach (PackedBatch row in RowPacking.Pack(_order.OfStep(Step).Select(index => _samples.Samples[index]), _recipe.RowTokens))
        {
            if (_model.Accumulate(row, _dropout) is not { } computed)
            {
                _dropout = new(dropout);
                return null;
            }

            loss += computed.Loss;
            weight += computed.Weight;
            targets += row.Targets;
            tokens += row.Used;
        }

        double rate = LearningRate.At(_recipe, Step, Steps);
        _model.Parameters.ReadGradients(_gradients);
        TensorPrimitives.Multiply(_gradients, (float)(1 / weight), _gradients);
        double norm = double.IsFinite(loss) ? _optimizer.Step(_values, _gradients, rate, Step) : double.NaN;
        if (!double.IsFinite(norm))
        {
            _dropout = new(dropout);
            throw new DivergedException(Step, loss / weight);
        }

        _model.Parameters.WriteValues(_values);
        Step++;
        return new(loss / weight, norm, rate, tokens, targets);
    }

    /// <summary>Mean loss of samples with the adapter as it is, in nats a target token; without dropout.</summary>
    /// <returns>Null when the model's abort flag ended it.</returns>
    public double? Evaluate(SampleSet samples)
    {
        double loss = 0, weight = 0;
        foreach (PackedBatch row in RowPacking.Pack(samples.Samples, _recipe.RowTokens))
        {
            if (_model.Evaluate(row) is not { } computed)
            {
                return null;
            }

            loss += computed.Loss;
            weight += computed.Weight;
        }

        return weight > 0 ? loss / weight : 0;
    }

    /// <summary>All that decides what comes next. Shares its arrays with the trainer: write it before the next step.</summary>
    internal OptimizerState Capture() => new(Step, _dropout.State, _values, _optimizer.Means, _optimizer.Squares);

    /// <summary>Goes on where a state was captured.</summary>
    /// <exception cref="TrainingException">It is of another adapter.</exception>
    internal void Restore(OptimizerState state)
    {
        if (state.Values.Length != _values.Length || state.Step < 0 || state.Step > Steps)
        {
            throw new TrainingException($"The checkpoint has {state.Values.Length} numbers at step {state.Step}, and this run has {_values.Length} in {Steps} steps. It is of another run; delete it to begin anew.");
        }

        Step = state.Step;
        _dropout = new(state.Dropout);
        state.Values.CopyTo(_values, 0);
        state.Means.CopyTo(_optimizer.Means, 0);
        state.Squares.CopyTo(_optimizer.Squares, 0);
        _model.Parameters.WriteValues(_values);
    }
}
