using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalCopilot.Training.Models;

namespace LocalCopilot.Training.Adapters;

/// <summary>LoRA adapters as folders of Hugging Face's PEFT: <c>adapter_model.safetensors</c> and <c>adapter_config.json</c>.</summary>
/// <remarks>
/// A is [rank, in], B [out, rank]. In GGUF files of some families the rows of Wq and Wk are in another order, so that pairs of the rotary
/// embedding are neighbours; it is undone here, for B's rows: row j · 2 + half of a head there is row half · n/2 + j here (llama.cpp's
/// convert_hf_to_gguf.py).
/// </remarks>
internal static class PeftAdapter
{
    public const string TensorsName = "adapter_model.safetensors";
    public const string ConfigurationName = "adapter_config.json";
    private const string Prefix = "base_model.model.model.layers.";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes both files.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="baseModel">Name or path of the base model, as PEFT is to find it.</param>
    /// <param name="shape">The base model's.</param>
    /// <param name="layout">The family's names and order.</param>
    /// <param name="parameters">Matrices and options.</param>
    /// <param name="values">Their numbers.</param>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public static void Write(string folder, string baseModel, ModelShape shape, PeftLayout layout, LoraParameters parameters, ReadOnlySpan<float> values)
    {
        int rank = parameters.Options.Rank;
        List<KeyValuePair<string, SafeTensor>> tensors = [];
        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            string name = NameOf(matrix, layout);
            float[] b = AdapterFile.Transpose(values.Slice((int)matrix.OffsetB(rank), matrix.Out * rank), matrix.Out, rank);
            tensors.Add(new($"{name}.lora_A.weight", new([rank, matrix.In], values.Slice((int)matrix.Offset, matrix.In * rank).ToArray())));
            tensors.Add(new($"{name}.lora_B.weight", new([matrix.Out, rank], Reordered(b, matrix, shape, layout, rank, toGguf: false))));
        }

        JsonObject configuration = new()
        {
            ["base_model_name_or_path"] = baseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["lora_alpha"] = parameters.Options.FileAlpha,
            ["lora_dropout"] = 0.0,
            ["peft_type"] = "LORA",
            ["r"] = rank,
            ["target_modules"] = new JsonArray([.. parameters.Matrices.Select(matrix => NameOf(matrix, layout).Split('.')[^1]).Distinct().Select(module => (JsonNode)module)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_rslora"] = false,
        };
        DurableFile.Write(Path.Combine(folder, TensorsName), stream => SafetensorsFile.Write(stream, tensors));
        DurableFile.Write(Path.Combine(folder, ConfigurationName), stream => JsonSerializer.Serialize(stream, configuration, Indented));
    }

    /// <summary>Reads the numbers of an adapter of the same shape.</summary>
    /// <returns>What <see cref="LoraParameters.WriteValues"/> takes.</returns>
    /// <exception cref="TrainingException">It is no LoRA adapter, is damaged, or is of another model, rank or strength.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static float[] Read(string folder, ModelShape shape, PeftLayout layout, LoraParameters parameters)
    {
        int rank = parameters.Options.Rank;
        CheckConfiguration(Path.Combine(folder, ConfigurationName), parameters.Options);
        string path = Path.Combine(folder, TensorsName);
        Dictionary<string, SafeTensor> tensors = SafetensorsFile.Read(path);
        float[] values = new float[parameters.Count];
        foreach (LoraMatrix matrix in parameters.Matrices)
        {
            string name = NameOf(matrix, layout);
            Find($"{name}.lora_A.weight", rank, matrix.In).CopyTo(values.AsSpan((int)matrix.Offset));
            float[] b = Reordered(Find($"{name}.lora_B.weight", matrix.Out, rank), matrix, shape, layout, rank, toGguf: true);
            AdapterFile.Transpose(b, rank, matrix.Out).CopyTo(values.AsSpan((int)matrix.OffsetB(rank)));
        }

        int known = 2 * parameters.Matrices.Count;
        return tensors.Count == known ? values : throw new TrainingException($"{path} has {tensors.Count} tensors, and an adapter of this model {known}. It adapts other matrices.");

        float[] Find(string name, int rows, int columns)
        {
            SafeTensor tensor = tensors.GetValueOrDefault(name) ?? throw new TrainingException($"{path} has no tensor {name}. It was trained for another model, or for other matrices.");
            return tensor.Shape.AsSpan().SequenceEqual([rows, columns])
                ? tensor.Values
                : throw new TrainingException($"{path}: the tensor {name} has the shape [{string.Join(", ", tensor.Shape)}], and this run needs [{rows}, {columns}]. It is of another model or rank.");
        }
    }

    private static void CheckConfiguration(string path, LoraOptions options)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = json.RootElement;
            if (root.GetProperty("peft_type").GetString() != "LORA")
            {
                throw new TrainingException($"{path} is of the type {root.GetProperty("peft_type")}; only LORA can be read.");
            }

            foreach (string pattern in (string[])["rank_pattern", "alpha_pattern", "modules_to_save"])
            {
                if (root.TryGetProperty(pattern, out JsonElement element)
                    && ((element.ValueKind == JsonValueKind.Object && element.EnumerateObject().Any()) || (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0)))
                {
                    throw new TrainingException($"{path} has {pattern}, which cannot be kept: every matrix must have the same rank and alpha, and nothing else may be trained.");
                }
            }

            int rank = root.GetProperty("r").GetInt32();
            bool stabilized = root.TryGetProperty("use_rslora", out JsonElement rslora) && rslora.ValueKind == JsonValueKind.True;
            LoraOptions found = new() { Rank = rank, Alpha = root.GetProperty("lora_alpha").GetSingle(), RankStabilized = stabilized };
            if (rank != options.Rank || Math.Abs(found.Scale - options.Scale) > 1e-4 * options.Scale)
            {
                throw new TrainingException(string.Create(
                    CultureInfo.InvariantCulture, $"{path} has rank {rank} and alpha {found.FileAlpha}, and this run {options.Rank} and {options.FileAlpha}. Train with the adapter's own."));
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TrainingException($"{path} is no configuration of a PEFT adapter: {exception.Message}", exception);
        }
    }

    /// <summary><c>blk.3.attn_q.weight</c> to <c>base_model.model.model.layers.3.self_attn.q_proj</c>.</summary>
    private static string NameOf(LoraMatrix matrix, PeftLayout layout)
    {
        string[] parts = matrix.Name.Split('.');
        return parts.Length == 4 && layout.Modules.TryGetValue(parts[2], out string? module)
            ? $"{Prefix}{parts[1]}.{module}"
            : throw new TrainingException($"The matrix {matrix.Name} has no name in PEFT. Add it to its architecture's {nameof(PeftLayout)}.");
    }

    /// <summary>B's rows in the other order.</summary>
    private static float[] Reordered(float[] b, LoraMatrix matrix, ModelShape shape, PeftLayout layout, int rank, bool toGguf)
    {
        string part = matrix.Name.Split('.')[2];
        if (!layout.PermutesQueryAndKey || part is not ("attn_q" or "attn_k"))
        {
            return b;
        }

        int half = shape.HeadLength / 2;
        float[] reordered = new float[b.Length];
        for (int row = 0; row < matrix.Out; row++)
        {
            int head = row / shape.HeadLength * shape.HeadLength, element = row % shape.HeadLength;
            int gguf = head + (element % half * 2) + (element / half);
            (int from, int to) = toGguf ? (row, gguf) : (gguf, row);
            b.AsSpan(from * rank, rank).CopyTo(reordered.AsSpan(to * rank, rank));
        }

        return reordered;
    }
}
