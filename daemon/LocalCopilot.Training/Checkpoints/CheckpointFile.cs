using System.Globalization;
using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.Training.Checkpoints;

/// <summary>Where a run stands, as a file: a GGUF file of <c>general.type</c> "checkpoint" with three tensors of floats.</summary>
/// <remarks>
/// <c>values</c>, <c>means</c> and <c>squares</c> [numbers of the adapter, gaps included]; <c>checkpoint.version</c>, <c>checkpoint.step</c>,
/// <c>checkpoint.dropout</c> (64 bits, hexadecimal), <c>checkpoint.run</c> (fingerprint of model, samples and recipe). One file, so that adapter,
/// optimizer, place in the samples and random numbers are always of the same step.
/// </remarks>
internal static class CheckpointFile
{
    private const uint Version = 1;
    private const string Type = "checkpoint";

    /// <summary>Replaces the file at once.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="run">Fingerprint of what was trained, see <see cref="RunFingerprint"/>.</param>
    /// <param name="state">What to keep.</param>
    /// <exception cref="IOException">The disk is full, or the like; the file is as it was.</exception>
    public static void Write(string path, string run, OptimizerState state)
    {
        GgufWriter writer = new();
        writer.Set("general.type", Type);
        writer.Set("checkpoint.version", Version);
        writer.Set("checkpoint.run", run);
        writer.Set("checkpoint.step", (uint)state.Step);
        writer.Set("checkpoint.dropout", state.Dropout.ToString("x16", CultureInfo.InvariantCulture));
        writer.Add("values", [state.Values.Length], state.Values);
        writer.Add("means", [state.Means.Length], state.Means);
        writer.Add("squares", [state.Squares.Length], state.Squares);
        DurableFile.Write(path, writer.WriteTo);
    }

    /// <summary>Reads what was written.</summary>
    /// <exception cref="TrainingException">It is no checkpoint, is damaged, or is of another run.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OptimizerState Read(string path, string run)
    {
        try
        {
            GgufFile file = GgufFile.Read(path);
            if (file.Text("general.type") != Type || file.Number("checkpoint.version") != Version)
            {
                throw new TrainingException($"{path} is no checkpoint of this version. Delete it to begin anew.");
            }

            if (file.Text("checkpoint.run") != run)
            {
                throw new TrainingException($"{path} is a checkpoint of another run: the model, the samples or the recipe have changed since. Delete it to begin anew, or restore them to go on.");
            }

            using MappedFile mapped = MappedFile.Open(path);
            return new(
                checked((int)file.Number("checkpoint.step")!.Value),
                ulong.Parse(file.Text("checkpoint.dropout") ?? "", NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                Floats("values"),
                Floats("means"),
                Floats("squares"));

            float[] Floats(string name)
            {
                GgufTensor tensor = file.Tensors.Single(tensor => tensor.Name == name && tensor.Type == GgufTensorType.F32);
                float[] numbers = new float[tensor.Elements];
                GgmlTypes.ToFloats(tensor.Type, mapped.Slice(file.DataOffset + tensor.Offset, checked((int)tensor.Bytes)), numbers);
                return numbers;
            }
        }
        catch (Exception exception) when (exception is GgufException or InvalidOperationException or FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            throw new TrainingException($"{path} is a damaged checkpoint: {exception.Message} Delete it to begin anew.", exception);
        }
    }
}
