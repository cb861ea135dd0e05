using System.Globalization;
using LocalCopilot.Llama;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Architectures;
using LocalCopilot.Training.Checkpoints;
using LocalCopilot.Training.Data;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training;

/// <summary>A job from its files to its adapter: loads, trains, measures, keeps checkpoints, and goes on where a run of the same job ended.</summary>
/// <remarks>
/// Runs on the caller's thread; <see cref="RunControl"/> pauses and stops it from others. After a crash at any moment the same
/// job goes on from its checkpoint and, with the same threads, ends with the same adapter. The checkpoint is deleted when the adapter is written.
/// </remarks>
public sealed class TrainingRun
{
    /// <summary>Weight of a new loss in the smoothed one.</summary>
    private const double Smoothing = 0.1;

    private readonly TrainingJob _job;
    private readonly RunControl _control;
    private readonly IProgress<TrainingReport> _progress;
    private readonly TimeProvider _time;
    private TrainingReport _report = new() { Phase = TrainingPhase.Loading };
    private TimeSpan _computed;
    private long _tokens;
    private int _stepsHere;

    /// <param name="job">What to do.</param>
    /// <param name="control">Pauses and stops it.</param>
    /// <param name="progress">Told of every step; called on the run's thread.</param>
    /// <param name="time">The clock.</param>
    public TrainingRun(TrainingJob job, RunControl control, IProgress<TrainingReport> progress, TimeProvider time)
    {
        _job = job;
        _control = control;
        _progress = progress;
        _time = time;
    }

    /// <summary>Does it.</summary>
    /// <returns>The last report: <see cref="TrainingPhase.Done"/>, or <see cref="TrainingPhase.Stopped"/>.</returns>
    /// <exception cref="TrainingException">Model, samples, recipe or checkpoint do not fit; or there is too little memory.</exception>
    /// <exception cref="DivergedException">The loss is no number any more; the checkpoint has the step before.</exception>
    /// <exception cref="GgufException">The model is damaged.</exception>
    /// <exception cref="LlamaException">The libraries failed.</exception>
    /// <exception cref="IOException">A file cannot be read or written; what was written before stays.</exception>
    public TrainingReport Run(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(_control.Stop);
        Report(_report);
        _job.Lora.Validate();
        _job.Recipe.Validate();
        GgufFile file = GgufFile.Read(_job.Model);
        ModelShape shape = KnownArchitectures.Of(file).ReadShape(file);
        ComputeOptions compute = new()
        {
            Threads = _job.Threads ?? Math.Max(1, Environment.ProcessorCount / 2),
            Device = _job.Device is { Length: > 0 } name ? LlamaRuntime.FindDevice(name) : null,
            Abort = _control.Abort,
        };
        MemoryPlan plan = MemoryPlan.Choose(file, shape, _job.Lora, _job.Recipe, compute.IsFused(shape), _job.MemoryBytes ?? AvailableMemory.Of(compute.Device));
        (SampleSet samples, SampleSet heldOut) = ReadSamples(shape, plan);
        string fingerprint = RunFingerprint.Of(file, samples, _job.Lora, _job.Recipe, _job.Beginning);
        using LoraModel model = LoraModel.Open(_job.Model, _job.Lora, compute with { Recompute = plan.Recompute }, CancellationToken.None);
        Begin(model);
        Trainer trainer = new(model, samples, _job.Recipe with { RowTokens = plan.RowTokens });
        if (File.Exists(_job.CheckpointPath))
        {
            trainer.Restore(CheckpointFile.Read(_job.CheckpointPath, fingerprint));
        }

        _report = _report with { Steps = trainer.Steps, Step = trainer.Step, Samples = samples.Samples.Count, TooLong = samples.TooLong, Empty = samples.Empty, Message = Remark(plan, samples) };
        try
        {
            ThreadChoice threads = new(compute.Threads, () => Environment.CpuUsage.TotalTime, _time);
            return Train(model, trainer, threads, heldOut, fingerprint) ? Finish(model) : Stop(trainer, fingerprint);
        }
        catch (DivergedException)
        {
            CheckpointFile.Write(_job.CheckpointPath, fingerprint, trainer.Capture());
            throw;
        }
    }

    private (SampleSet Samples, SampleSet HeldOut) ReadSamples(ModelShape shape, MemoryPlan plan)
    {
        LlamaModel? vocabulary = null;
        try
        {
            LlamaVocabulary Vocabulary() => (vocabulary ??= LlamaModel.Load(_job.Model, new() { VocabularyOnly = true })).Vocabulary;

            SampleSet samples = SampleSet.Of(SampleFile.Read(_job.Samples, Vocabulary), plan.RowTokens, shape.Vocabulary).NotEmpty(plan.RowTokens);
            SampleSet heldOut = _job.HeldOut is { } path
                ? SampleSet.Of(SampleFile.Read(path, Vocabulary), plan.RowTokens, shape.Vocabulary).NotEmpty(plan.RowTokens)
                : new([], 0, 0);
            return (samples, heldOut);
        }
        finally
        {
            vocabulary?.Dispose();
        }
    }

    private void Begin(LoraModel model)
    {
        if (_job.Beginning is { } path)
        {
            model.LoadAdapter(path);
        }
        else
        {
            model.Parameters.Initialize(_job.Recipe.Seed);
        }
    }

    /// <returns>False when it was stopped.</returns>
    private bool Train(LoraModel model, Trainer trainer, ThreadChoice threads, SampleSet heldOut, string fingerprint)
    {
        if (!Measure(trainer, heldOut))
        {
            return false;
        }

        long saved = _time.GetTimestamp();
        while (trainer.Step < trainer.Steps && !(_job.MaxSeconds <= _computed.TotalSeconds))
        {
            if (!WhenAllowed(() => Step(model, trainer, threads), out TrainingStep? step))
            {
                return false;
            }

            _stepsHere++;
            _tokens += step.Tokens;
            Report(With(step, trainer));
            if (_time.GetElapsedTime(saved).TotalSeconds >= _job.CheckpointSeconds)
            {
                CheckpointFile.Write(_job.CheckpointPath, fingerprint, trainer.Capture());
                saved = _time.GetTimestamp();
            }

            bool due = _job.Recipe.EvaluateEverySteps is > 0 and var every && trainer.Step % every == 0 && trainer.Step < trainer.Steps;
            if (due && !Measure(trainer, heldOut))
            {
                return false;
            }
        }

        model.Parameters.Weaken(_job.Recipe.FinalStrength);
        return Measure(trainer, heldOut);
    }

    private static TrainingStep? Step(LoraModel model, Trainer trainer, ThreadChoice threads)
    {
        model.Threads = threads.Threads;
        threads.Begin();
        TrainingStep? step = trainer.Next();
        if (step is not null)
        {
            threads.End();
        }

        return step;
    }

    /// <returns>False when it was stopped.</returns>
    private bool Measure(Trainer trainer, SampleSet heldOut)
    {
        if (heldOut.Samples.Count == 0)
        {
            return !_control.Stops;
        }

        Report(_report with { Phase = TrainingPhase.Evaluating });
        if (!WhenAllowed(() => trainer.Evaluate(heldOut) is { } loss ? new Held(loss) : null, out Held? held))
        {
            return false;
        }

        Report(_report with { Phase = TrainingPhase.Training, HeldOutLoss = held.Loss, FirstHeldOutLoss = _report.FirstHeldOutLoss ?? held.Loss });
        return true;
    }

    /// <summary>Computes something, again and again until no pause interrupted it.</summary>
    /// <returns>False when it was stopped.</returns>
    private bool WhenAllowed<T>(Func<T?> compute, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? result)
        where T : class
    {
        result = null;
        while (!_control.Stops)
        {
            if (_control.IsPaused)
            {
                TrainingPhase phase = _report.Phase;
                Report(_report with { Phase = TrainingPhase.Paused });
                _control.WaitWhilePaused();
                Report(_report with { Phase = phase });
                continue;
            }

            long begin = _time.GetTimestamp();
            result = compute();
            _computed += _time.GetElapsedTime(begin);
            if (result is not null)
            {
                return true;
            }
        }

        return false;
    }

    private TrainingReport With(TrainingStep step, Trainer trainer)
    {
        double perStep = _computed.TotalSeconds / _stepsHere;
        return _report with
        {
            Phase = TrainingPhase.Training,
            Step = trainer.Step,
            Loss = step.Loss,
            SmoothedLoss = _report.SmoothedLoss is { } before ? before + (Smoothing * (step.Loss - before)) : step.Loss,
            LearningRate = step.LearningRate,
            GradientNorm = step.GradientNorm,
            TokensPerSecond = _tokens / _computed.TotalSeconds,
            SecondsLeft = Math.Min(perStep * (trainer.Steps - trainer.Step), (_job.MaxSeconds ?? double.MaxValue) - _computed.TotalSeconds),
        };
    }

    private TrainingReport Finish(LoraModel model)
    {
        model.SaveAdapter(_job.Output);
        if (_job.PeftFolder is { } folder)
        {
            model.ExportPeft(folder, Path.GetFileNameWithoutExtension(_job.Model));
        }

        File.Delete(_job.CheckpointPath);
        Report(_report with { Phase = TrainingPhase.Done, SecondsLeft = 0 });
        return _report;
    }

    private TrainingReport Stop(Trainer trainer, string fingerprint)
    {
        CheckpointFile.Write(_job.CheckpointPath, fingerprint, trainer.Capture());
        Report(_report with { Phase = TrainingPhase.Stopped });
        return _report;
    }

    private string? Remark(MemoryPlan plan, SampleSet samples)
    {
        List<string> remarks = [];
        if (plan.RowTokens < _job.Recipe.RowTokens)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"Rows have {plan.RowTokens} tokens instead of {_job.Recipe.RowTokens}, for the model's context or to fit into memory."));
        }

        if (plan.Recompute)
        {
            remarks.Add("Layers are computed twice to fit into memory, which takes about a third more time.");
        }

        if (samples.TooLong + samples.Empty > 0)
        {
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"Left out: {samples.TooLong} samples longer than {plan.RowTokens} tokens, {samples.Empty} with nothing to learn."));
        }

        return remarks.Count > 0 ? string.Join(' ', remarks) : null;
    }

    private void Report(TrainingReport report)
    {
        _report = report;
        _progress.Report(report);
    }

    private sealed record Held(double Loss);
}
