using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LocalCopilot.Llama.Gguf;

namespace LocalCopilot.Training.Adapters;

/// <summary>Makes an adapter weaker without training it again.</summary>
public static class AdapterStrength
{
    /// <summary>Writes an adapter whose B is another's times <paramref name="strength"/>.</summary>
    /// <param name="source">An adapter as <see cref="LoraModel.SaveAdapter"/> writes it.</param>
    /// <param name="target">Written at once or not at all.</param>
    /// <param name="strength">0: it changes nothing; 1: the same adapter.</param>
    /// <exception cref="TrainingException">The source has numbers of another type than F32.</exception>
    /// <exception cref="GgufException">The source is damaged.</exception>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public static void Scale(string source, string target, double strength)
    {
        GgufFile file = GgufFile.Read(source);
        byte[] bytes = File.ReadAllBytes(source);
        foreach (GgufTensor tensor in file.Tensors.Where(tensor => tensor.Name.EndsWith(".lora_b", StringComparison.Ordinal)))
        {
            if (tensor.Type != GgufTensorType.F32)
            {
                throw new TrainingException($"{source}: the tensor {tensor.Name} is of the type {tensor.Type}, and F32 is needed. Give an adapter that LocalCopilot has trained.");
            }

            Span<float> numbers = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(checked((int)(file.DataOffset + tensor.Offset)), checked((int)tensor.Bytes)));
            TensorPrimitives.Multiply(numbers, (float)strength, numbers);
        }

        DurableFile.Write(target, stream => stream.Write(bytes));
    }
}
