using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.Training.Architectures;

/// <summary>The families of models that can be trained.</summary>
public static class KnownArchitectures
{
    private static readonly Architecture[] All =
    [
        new LlamaArchitecture(),
        new Qwen2Architecture(),
        new Qwen3Architecture(),
        new GraniteArchitecture(),
        new Starcoder2Architecture(),
        new GemmaArchitecture(),
    ];

    /// <summary>Their names, as in <c>general.architecture</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(architecture => architecture.Name)];

    /// <exception cref="TrainingException">The model's family is not among them, or it has parts that are not supported.</exception>
    internal static Architecture Of(GgufFile file)
    {
        if (file.Text("general.type") is { } type and not "model")
        {
            throw new TrainingException($"{file.Path} is no model but holds {type} data. Give the model that it belongs to.");
        }

        if (file.Tensors.FirstOrDefault(tensor => tensor.Name is "blk.0.ffn_gate_inp.weight" or "blk.0.attn_qkv.weight") is { } tensor)
        {
            throw new TrainingException($"{file.Path} has a tensor {tensor.Name}: mixtures of experts and fused query-key-value matrices cannot be trained. Supported are plain models of the families {string.Join(", ", Names)}.");
        }

        return All.FirstOrDefault(architecture => architecture.Name == file.Architecture)
            ?? throw new TrainingException($"{file.Path} is of the architecture '{file.Architecture}', which cannot be trained. Supported are {string.Join(", ", Names)}.");
    }
}
