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
        Change(source, target, name => name.EndsWith(".lora_b", StringComparison.Ordinal), (numbers, _) => TensorPrimitives.Multiply(numbers, (float)strength, numbers));
    }

    /// <summary>Writes an adapter on the way from one to another that was trained from it, by interpolation of their numbers.</summary>
    /// <param name="from">An adapter as <see cref="LoraModel.SaveAdapter"/> writes it.</param>
    /// <param name="to">Of the same shape.</param>
    /// <param name="target">Written at once or not at all.</param>
    /// <param name="share">Of the way; 0: <paramref name="from"/>; 1: <paramref name="to"/>.</param>
    /// <exception cref="TrainingException">An adapter has numbers of another type than F32, or they differ in shape.</exception>
    /// <exception cref="GgufException">An adapter is damaged.</exception>
    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public static void Between(string from, string to, string target, double share)
    {
        GgufFile file = GgufFile.Read(from);
        byte[] bytes = File.ReadAllBytes(from);
        Change(to, target, _ => true, (numbers, name) =>
        {
            Span<float> others = file.Tensors.FirstOrDefault(tensor => tensor.Name == name) is { Type: GgufTensorType.F32 } other ? Numbers(file, bytes, other) : [];
            if (others.Length != numbers.Length)
            {
                throw new TrainingException($"{from} and {to} differ in the tensor {name}: they are of different shapes.");
            }

            TensorPrimitives.Lerp(others, numbers, (float)share, numbers);
        });
    }

    private delegate void Changing(Span<float> numbers, string tensor);

    private static void Change(string source, string target, Func<string, bool> isChanged, Changing change)
    {
        GgufFile file = GgufFile.Read(source);
        byte[] bytes = File.ReadAllBytes(source);
        foreach (GgufTensor tensor in file.Tensors.Where(tensor => isChanged(tensor.Name)))
        {
            if (tensor.Type != GgufTensorType.F32)
            {
                throw new TrainingException($"{source}: the tensor {tensor.Name} is of the type {tensor.Type}, and F32 is needed. Give an adapter that LocalCopilot has trained.");
            }

            change(Numbers(file, bytes, tensor), tensor.Name);
        }

        DurableFile.Write(target, stream => stream.Write(bytes));
    }

    private static Span<float> Numbers(GgufFile file, byte[] bytes, GgufTensor tensor) =>
        MemoryMarshal.Cast<byte, float>(bytes.AsSpan(checked((int)(file.DataOffset + tensor.Offset)), checked((int)tensor.Bytes)));
}
