using System.Globalization;
using LocalCopilot.Llama.Ggml;
using LocalCopilot.Llama.Gguf;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Adapters;

/// <summary>LoRA adapters as GGUF files that llama.cpp loads.</summary>
/// <remarks>
/// Format: llama.cpp's convert_lora_to_gguf. Tensors <c>NAME.lora_a</c> [in, rank] and <c>NAME.lora_b</c> [rank, out] for each
/// frozen matrix NAME, in F32; llama.cpp scales by <c>adapter.lora.alpha</c> / rank.
/// </remarks>
internal static class AdapterFile
{
    /// <summary>Writes the adapter's numbers.</summary>
    /// <param name="stream">Takes the file.</param>
    /// <param name="shape">The base model's.</param>
    /// <param name="parameters">Matrices and options.</param>
    /// <param name="values">Their numbers, as <see cref="LoraParameters.ReadValues"/> gives them.</param>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public static void Write(Stream stream, ModelShape shape, LoraParameters parameters, ReadOnlySpan<float> values)
    {
        int rank = parameters.Options.Rank;
        GgufWriter writer = new();
        writer.Set("general.type", "adapter");
        writer.Set("general.architecture", shape.Architecture);
        writer.Set("adapter.type", "lora");
        writer.Set("adapter.lora.alpha", parameters.Options.FileAlpha);
        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            writer.Add($"{matrix.Name}.lora_a", [matrix.In, rank], values.Slice((int)matrix.Offset, matrix.In * rank));
            writer.Add($"{matrix.Name}.lora_b", [rank, matrix.Out], Transpose(values.Slice((int)matrix.OffsetB(rank), matrix.Out * rank), matrix.Out, rank));
        }

        writer.WriteTo(stream);
    }

    /// <summary>Reads the numbers of an adapter of the same shape.</summary>
    /// <returns>What <see cref="LoraParameters.WriteValues"/> takes.</returns>
    /// <exception cref="TrainingException">It is no adapter, or of another model, or of another rank or strength.</exception>
    /// <exception cref="GgufException">The file is damaged.</exception>
    public static float[] Read(string path, ModelShape shape, LoraParameters parameters)
    {
        GgufFile file = GgufFile.Read(path);
        int rank = parameters.Options.Rank;
        if (file.Text("general.type") != "adapter" || file.Text("adapter.type") != "lora")
        {
            throw new TrainingException($"{path} is no LoRA adapter.");
        }

        if (file.Architecture != shape.Architecture)
        {
            throw new TrainingException($"{path} is an adapter of a model of the architecture '{file.Architecture}', and this model is of '{shape.Architecture}'. Give the model that it was trained for.");
        }

        double alpha = file.Metadata.GetValueOrDefault("adapter.lora.alpha") as float? ?? 0;
        if (Math.Abs(alpha - parameters.Options.FileAlpha) > 1e-4 * parameters.Options.FileAlpha)
        {
            throw new TrainingException(string.Create(CultureInfo.InvariantCulture, $"{path} has alpha {alpha}, and this run {parameters.Options.FileAlpha}. Train with the adapter's own."));
        }

        Dictionary<string, GgufTensor> tensors = file.Tensors.DistinctBy(tensor => tensor.Name).ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        using MappedFile mapped = MappedFile.Open(path);
        float[] values = new float[parameters.Count];
        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            ReadTensor($"{matrix.Name}.lora_a", matrix.In, rank).CopyTo(values.AsSpan((int)matrix.Offset));
            Transpose(ReadTensor($"{matrix.Name}.lora_b", rank, matrix.Out), rank, matrix.Out).CopyTo(values.AsSpan((int)matrix.OffsetB(rank)));
        }

        int known = 2 * parameters.Matrices.Count;
        return tensors.Count == known ? values : throw new TrainingException($"{path} has {tensors.Count} tensors, and an adapter of this model {known}. It adapts other matrices.");

        float[] ReadTensor(string name, int length, int rows)
        {
            GgufTensor tensor = tensors.GetValueOrDefault(name) ?? throw new TrainingException($"{path} has no tensor {name}. It was trained for another model, or for other matrices.");
            if (tensor.Shape.Count < 2 || tensor.Shape[0] != length || tensor.Shape[1] != rows || tensor.Elements != (long)length * rows)
            {
                throw new TrainingException($"{path}: the tensor {name} has the shape [{string.Join(", ", tensor.Shape)}], and this run needs [{length}, {rows}]. It is of another model or rank.");
            }

            float[] numbers = new float[tensor.Elements];
            GgmlTypes.ToFloats(tensor.Type, mapped.Slice(file.DataOffset + tensor.Offset, (int)tensor.Bytes), numbers);
            return numbers;
        }
    }

    /// <summary>Rows become columns.</summary>
    internal static float[] Transpose(ReadOnlySpan<float> source, int columns, int rows)
    {
        float[] transposed = new float[source.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                transposed[(column * rows) + row] = source[(row * columns) + column];
            }
        }

        return transposed;
    }
}
